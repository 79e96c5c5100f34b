package dev.foldline.quarkus.deployment;

import static java.util.stream.Collectors.toSet;

import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.quarkus.KnownProperties;
import dev.foldline.quarkus.OperationsConfig;
import dev.foldline.quarkus.PropertiesRecorder;
import dev.foldline.quarkus.TracingDefault;
import dev.foldline.quarkus.UnknownProperties;
import io.quarkus.arc.deployment.ExcludedTypeBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.bootstrap.classloading.QuarkusClassLoader;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.LogCategoryBuildItem;
import io.quarkus.deployment.builditem.RunTimeConfigBuilderBuildItem;
import io.quarkus.deployment.builditem.RunTimeConfigurationDefaultBuildItem;
import io.quarkus.deployment.builditem.StaticInitConfigBuilderBuildItem;
import io.quarkus.deployment.pkg.NativeConfig;
import io.quarkus.deployment.pkg.builditem.CurateOutcomeBuildItem;
import io.quarkus.maven.dependency.ArtifactCoords;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the extension adds to an application at build time. */
class FoldlineProcessor {

  private static final String CONNECTOR = "dev.foldline.messaging.EventStoreConnector";
  private static final String OPEN_TELEMETRY =
      "io.quarkus.opentelemetry.runtime.config.runtime.OTelRuntimeConfig";
  private static final String LAMBDA_EVENT =
      "com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent";
  private static final String EMBEDDED = "dev.foldline.embedded.EmbeddedEventStore";

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
  void unknownProperties(
      BuildProducer<StaticInitConfigBuilderBuildItem> staticInit,
      BuildProducer<RunTimeConfigBuilderBuildItem> runTime) {
    staticInit.produce(new StaticInitConfigBuilderBuildItem(UnknownProperties.class));
    runTime.produce(new RunTimeConfigBuilderBuildItem(UnknownProperties.class));
  }

  /** Whatever of it is switched off when the application is built. */
  @BuildStep
  @Nullable RunTimeConfigBuilderBuildItem tracing() {
    return QuarkusClassLoader.isClassPresentAtRuntime(OPEN_TELEMETRY)
        ? new RunTimeConfigBuilderBuildItem(TracingDefault.class)
        : null;
  }

  @BuildStep
  @Record(ExecutionTime.STATIC_INIT)
  SyntheticBeanBuildItem knownProperties(PropertiesRecorder recorder) {
    Set<String> names =
        Stream.of(FoldlineConfig.class, OperationsConfig.class, BuildConfig.class)
            .map(ConfigClass::configClass)
            .flatMap(properties -> ConfigMappings.getProperties(properties).keySet().stream())
            .collect(toSet());
    return SyntheticBeanBuildItem.configure(KnownProperties.class)
        .scope(Singleton.class)
        .supplier(recorder.known(names))
        .done();
  }

  /**
   * What Vert.x tells of a connection to Redis that broke, Foldline does of the calls that fail by
   * it, and less often; what health has told whoever asked is not told again for each time that it
   * was asked; and what is registered twice is Quarkus's, for Micrometer tells of the first such
   * meter alone.
   */
  @BuildStep
  void quieten(BuildProducer<LogCategoryBuildItem> categories) {
    categories.produce(
        new LogCategoryBuildItem("io.vertx.redis.client.impl.RedisConnectionManager", Level.OFF));
    categories.produce(new LogCategoryBuildItem("io.smallrye.health", Level.WARNING));
    categories.produce(
        new LogCategoryBuildItem("io.micrometer.core.instrument.MeterRegistry", Level.SEVERE));
  }

  /** An application without channels does not carry what they need. */
  @BuildStep
  @Nullable ExcludedTypeBuildItem channels() {
    return QuarkusClassLoader.isClassPresentAtRuntime(CONNECTOR)
        ? null
        : new ExcludedTypeBuildItem("dev.foldline.quarkus.Channels");
  }

  /** An application that Lambda does not call knows none of its events. */
  @BuildStep
  @Nullable ExcludedTypeBuildItem lambda() {
    return QuarkusClassLoader.isClassPresentAtRuntime(LAMBDA_EVENT)
        ? null
        : new ExcludedTypeBuildItem("dev.foldline.quarkus.http.LambdaHttp");
  }

  /** An application without an event store inside does not carry what that needs. */
  @BuildStep
  @Nullable ExcludedTypeBuildItem embeddedStore(NativeConfig nativeImage) {
    return QuarkusClassLoader.isClassPresentAtRuntime(EMBEDDED) && !nativeImage.enabled()
        ? null
        : new ExcludedTypeBuildItem("dev.foldline.quarkus.EmbeddedStore");
  }
}
