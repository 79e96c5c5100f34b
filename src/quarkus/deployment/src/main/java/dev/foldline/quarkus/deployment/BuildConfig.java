package dev.foldline.quarkus.deployment;

import dev.foldline.quarkus.FoldlineConfig;
import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * How an application is built, and what runs beside it in development and tests. It has the prefix
 * of {@link FoldlineConfig}: only so does Quarkus let the properties of run time pass when it
 * builds.
 */
@ConfigMapping(prefix = "foldline")
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
public interface BuildConfig {

  /** The event store and the Redis that development and tests run by themselves. */
  DevServices devservices();

  /** The event store and the Redis that development and tests run by themselves. */
  interface DevServices {

    /**
     * Whether development and tests run an event store where no connection string, and a Redis
     * where no {@code quarkus.redis.hosts} is configured.
     */
    @WithDefault("true")
    boolean enabled();

    /**
     * The port of the event store in development mode; 2113, or a free one where that is taken, if
     * it is not set. Tests take a free one.
     */
    OptionalInt port();

    /** Where development mode keeps its data. Tests keep none. */
    @WithDefault(".foldline")
    Path data();
  }
}
