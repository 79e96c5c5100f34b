package dev.foldline.quarkus;

import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The functions for parked events and for builds of read models. */
@ConfigMapping(prefix = "foldline.operations")
@ConfigRoot(phase = ConfigPhase.BUILD_AND_RUN_TIME_FIXED)
public interface OperationsConfig {

  /** Whether the application has the functions for parked events and for builds of read models. */
  @WithDefault("false")
  boolean enabled();
}
