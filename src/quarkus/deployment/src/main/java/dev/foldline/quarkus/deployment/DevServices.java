package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.IsDevServicesSupportedByLaunchMode;
import io.quarkus.deployment.IsDevelopment;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.CuratedApplicationShutdownBuildItem;
import io.quarkus.deployment.builditem.DevServicesResultBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.deployment.builditem.RunTimeConfigurationDefaultBuildItem;
import io.quarkus.deployment.dev.devservices.DevServicesConfig.Enabled;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigUtils;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Starts what development and tests need and what is not configured: an event store inside this
 * process, and a Redis beside it. Neither needs Docker.
 */
class DevServices {

  private static final String CONNECTION_STRING = "foldline.eventstoredb.connection-string";
  private static final String REDIS_HOSTS = "quarkus.redis.hosts";

  /** Not as Quarkus's own Dev Services: of those it asks Docker in development mode. */
  @BuildStep(onlyIf = {IsDevelopment.class, Enabled.class})
  void develop(
      BuildConfig build,
      CuratedApplicationShutdownBuildItem end,
      BuildProducer<RunTimeConfigurationDefaultBuildItem> configuration) {
    BuildConfig.DevServices config = build.devservices();
    if (!config.enabled()) {
      return;
    }
    Path data = config.data().toAbsolutePath().normalize();
    if (!ConfigUtils.isPropertyPresent(CONNECTION_STRING)) {
      String store = Development.eventStore(data, config.port());
      configuration.produce(new RunTimeConfigurationDefaultBuildItem(CONNECTION_STRING, store));
    }
    if (!ConfigUtils.isPropertyPresent(REDIS_HOSTS)) {
      String redis = Development.redis(data);
      configuration.produce(new RunTimeConfigurationDefaultBuildItem(REDIS_HOSTS, redis));
    }
    end.addCloseTask(Development::close, true);
  }

  @BuildStep(
      onlyIf = {IsDevServicesSupportedByLaunchMode.class, Enabled.class},
      onlyIfNot = IsDevelopment.class)
  void start(
      BuildConfig build,
      LaunchModeBuildItem mode,
      BuildProducer<DevServicesResultBuildItem> services) {
    BuildConfig.DevServices config = build.devservices();
    if (!config.enabled()) {
      return;
    }
    boolean test = mode.getLaunchMode() == LaunchMode.TEST;
    Optional<Path> data =
        test ? Optional.empty() : Optional.of(config.data().toAbsolutePath().normalize());
    if (!ConfigUtils.isPropertyPresent(CONNECTION_STRING)) {
      services.produce(eventStore(data, test ? OptionalInt.of(0) : config.port()));
    }
    if (!ConfigUtils.isPropertyPresent(REDIS_HOSTS)) {
      services.produce(redis(data));
    }
  }

  private static DevServicesResultBuildItem eventStore(Optional<Path> data, OptionalInt port) {
    return DevServicesResultBuildItem.<EventStoreService>owned()
        .feature("foldline")
        .serviceName("eventstore")
        .serviceConfig(data + ":" + port)
        .startable(() -> new EventStoreService(data, port))
        .configProvider(Map.of(CONNECTION_STRING, EventStoreService::getConnectionInfo))
        .build();
  }

  private static DevServicesResultBuildItem redis(Optional<Path> data) {
    return DevServicesResultBuildItem.<RedisService>owned()
        .feature("foldline")
        .serviceName("redis")
        .serviceConfig(data.toString())
        .startable(() -> new RedisService(data))
        .configProvider(Map.of(REDIS_HOSTS, RedisService::getConnectionInfo))
        .build();
  }
}
