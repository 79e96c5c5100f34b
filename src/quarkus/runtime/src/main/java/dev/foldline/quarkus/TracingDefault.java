package dev.foldline.quarkus;

import io.quarkus.runtime.configuration.ConfigBuilder;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Has OpenTelemetry, where the application brings it, on where an exporter's endpoint is
 * configured, and otherwise off.
 */
public final class TracingDefault implements ConfigBuilder, ConfigSourceFactory {

  private static final int BEHIND_ALL_THAT_IS_SET = 50;
  private static final List<String> ENDPOINTS =
      List.of("quarkus.otel.exporter.otlp.endpoint", "quarkus.otel.exporter.otlp.traces.endpoint");

  @Override
  public SmallRyeConfigBuilder configBuilder(SmallRyeConfigBuilder builder) {
    return builder.withSources(this);
  }

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    boolean on = ENDPOINTS.stream().anyMatch(endpoint -> isSet(context, endpoint));
    return List.of(
        new PropertiesConfigSource(
            Map.of("quarkus.otel.sdk.disabled", Boolean.toString(!on)),
            "Foldline: OpenTelemetry",
            BEHIND_ALL_THAT_IS_SET));
  }

  /** A default of OpenTelemetry's own extension is nothing that was set. */
  private static boolean isSet(ConfigSourceContext context, String name) {
    var value = context.getValue(name);
    return value != null && value.getValue() != null && value.getConfigSourceOrdinal() > 0;
  }
}
