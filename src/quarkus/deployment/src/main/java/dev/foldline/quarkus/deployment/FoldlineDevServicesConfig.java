package dev.foldline.quarkus.deployment;

import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** The event store and the Redis that development and tests run by themselves. */
@ConfigMapping(prefix = "foldline.devservices")
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
public interface FoldlineDevServicesConfig {

  /** Whether to start them where no connection string, and no Redis, is configured. */
  @WithDefault("true")
  boolean enabled();

  /** The port of the event store in development mode. Tests take a free one. */
  @WithDefault("2113")
  int port();

  /** Where development mode keeps its data. Tests keep none. */
  @WithDefault(".foldline")
  Path data();
}
