package dev.foldline.quarkus;

import io.quarkus.runtime.configuration.ConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Leaves it to {@link PropertyNames} to tell of properties that there are not. */
public final class UnknownProperties implements ConfigBuilder {

  @Override
  public SmallRyeConfigBuilder configBuilder(SmallRyeConfigBuilder builder) {
    return builder.withMappingIgnore("foldline.**");
  }
}
