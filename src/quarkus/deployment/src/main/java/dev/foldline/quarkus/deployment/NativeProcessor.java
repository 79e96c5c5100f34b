package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.BuildSteps;
import io.quarkus.deployment.builditem.IndexDependencyBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.deployment.builditem.nativeimage.RuntimeInitializedClassBuildItem;

/** What a native executable needs to be told, beside what its JSON is made of. */
@BuildSteps(onlyIf = IsNative.class)
class NativeProcessor {

  /** It holds a source of randomness, whose seed must not be the build's. */
  @BuildStep
  RuntimeInitializedClassBuildItem seededWhenRun() {
    return new RuntimeInitializedClassBuildItem("com.eventstore.dbclient.NodeSelector");
  }

  /**
   * The classes of caches, and of what is in them, which Caffeine finds by what is asked of it: of
   * commands', with a weight that is bounded, and of channels', whose keys are weak.
   */
  @BuildStep
  ReflectiveClassBuildItem caches() {
    return ReflectiveClassBuildItem.builder(
            "com.github.benmanes.caffeine.cache.SSMW",
            "com.github.benmanes.caffeine.cache.PSMW",
            "com.github.benmanes.caffeine.cache.WS",
            "com.github.benmanes.caffeine.cache.FS")
        .constructors()
        .fields()
        .build();
  }

  /**
   * Quarkus registers the messages of the protocol that it finds: an error is read by its field.
   */
  @BuildStep
  IndexDependencyBuildItem protocol() {
    return new IndexDependencyBuildItem("com.eventstore", "db-client-java");
  }
}
