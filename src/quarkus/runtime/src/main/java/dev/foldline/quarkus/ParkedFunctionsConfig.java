package dev.foldline.quarkus;

import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The functions that list, try, replay and discard parked events. */
@ConfigMapping(prefix = "foldline.parked")
@ConfigRoot(phase = ConfigPhase.BUILD_AND_RUN_TIME_FIXED)
public interface ParkedFunctionsConfig {

  /** Whether the application has them. */
  @WithDefault("false")
  boolean enabled();
}
