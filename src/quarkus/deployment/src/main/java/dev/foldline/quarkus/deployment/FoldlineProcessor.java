package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.IndexDependencyBuildItem;
import io.quarkus.deployment.execannotations.ExecutionModelAnnotationsAllowedBuildItem;
import io.quarkus.funqy.Funq;

/** What the extension adds to an application at build time. */
class FoldlineProcessor {

  private static final String GROUP = "dev.foldline";

  @BuildStep
  FeatureBuildItem feature() {
    return new FeatureBuildItem("foldline");
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
