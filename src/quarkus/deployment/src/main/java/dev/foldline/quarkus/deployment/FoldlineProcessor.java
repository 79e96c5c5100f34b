package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.IndexDependencyBuildItem;
import io.quarkus.deployment.builditem.LogCategoryBuildItem;
import io.quarkus.deployment.builditem.RunTimeConfigurationDefaultBuildItem;
import io.quarkus.deployment.execannotations.ExecutionModelAnnotationsAllowedBuildItem;
import io.quarkus.deployment.pkg.builditem.CurateOutcomeBuildItem;
import io.quarkus.funqy.Funq;
import io.quarkus.maven.dependency.ArtifactCoords;
import java.util.logging.Level;

/** What the extension adds to an application at build time. */
class FoldlineProcessor {

  private static final String GROUP = "dev.foldline";

  @BuildStep
  FeatureBuildItem feature() {
    return new FeatureBuildItem("foldline");
  }

  /** What the application is registered as in its event store. */
  @BuildStep
  RunTimeConfigurationDefaultBuildItem application(CurateOutcomeBuildItem built) {
    ArtifactCoords artifact = built.getApplicationModel().getAppArtifact();
    return new RunTimeConfigurationDefaultBuildItem(
        "foldline.application", artifact.getGroupId() + ":" + artifact.getArtifactId());
  }

  /**
   * What the official client tells of a store that is away, Foldline does, and less often; what
   * health has told whoever asked is not told again for each time that it was asked; and what is
   * registered twice is Quarkus's, for Micrometer tells of the first such meter alone.
   */
  @BuildStep
  void quieten(BuildProducer<LogCategoryBuildItem> categories) {
    categories.produce(new LogCategoryBuildItem("com.eventstore.dbclient", Level.OFF));
    categories.produce(new LogCategoryBuildItem("io.smallrye.health", Level.WARNING));
    categories.produce(
        new LogCategoryBuildItem("io.micrometer.core.instrument.MeterRegistry", Level.SEVERE));
  }

  @BuildStep
  IndexDependencyBuildItem beans() {
    return new IndexDependencyBuildItem(GROUP, "foldline-quarkus");
  }

  /** Functions may be {@code @Blocking} or run on virtual threads. */
  @BuildStep
  ExecutionModelAnnotationsAllowedBuildItem whereFunctionsRun() {
    return new ExecutionModelAnnotationsAllowedBuildItem(
        method -> method.hasDeclaredAnnotation(Funq.class));
  }
}
