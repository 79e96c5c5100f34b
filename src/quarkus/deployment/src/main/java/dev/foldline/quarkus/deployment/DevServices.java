package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.IsDevServicesSupportedByLaunchMode;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.DevServicesResultBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.deployment.dev.devservices.DevServicesConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigUtils;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Starts what development and tests need and what is not configured: an event store inside this
 * process, and a Redis beside it. Neither needs Docker.
 */
class DevServices {

  private static final String CONNECTION_STRING = "foldline.eventstoredb.connection-string";
  private static final String REDIS_HOSTS = "quarkus.redis.hosts";

  @BuildStep(onlyIf = {IsDevServicesSupportedByLaunchMode.class, DevServicesConfig.Enabled.class})
  void start(
      FoldlineDevServicesConfig config,
      LaunchModeBuildItem mode,
      BuildProducer<DevServicesResultBuildItem> services) {
    if (!config.enabled()) {
      return;
    }
    boolean test = mode.getLaunchMode() == LaunchMode.TEST;
    Optional<Path> data =
        test ? Optional.empty() : Optional.of(config.data().toAbsolutePath().normalize());
    if (!ConfigUtils.isPropertyPresent(CONNECTION_STRING)) {
      services.produce(eventStore(data, test ? 0 : config.port()));
    }
    if (!ConfigUtils.isPropertyPresent(REDIS_HOSTS)) {
      services.produce(redis(data));
    }
  }

  private static DevServicesResultBuildItem eventStore(Optional<Path> data, int port) {
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
