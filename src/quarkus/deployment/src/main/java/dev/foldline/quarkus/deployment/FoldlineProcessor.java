package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.IndexDependencyBuildItem;
import io.quarkus.deployment.builditem.RunTimeConfigurationDefaultBuildItem;
import io.quarkus.deployment.execannotations.ExecutionModelAnnotationsAllowedBuildItem;
import io.quarkus.deployment.pkg.builditem.CurateOutcomeBuildItem;
import io.quarkus.funqy.Funq;
import io.quarkus.maven.dependency.ArtifactCoords;

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
