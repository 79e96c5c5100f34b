package dev.foldline.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Tracing")
class TracingDefaultTest {

  private static final String ENDPOINT = "quarkus.otel.exporter.otlp.endpoint";

  @Test
  void is_off_by_itself() {
    assertThat(isOff(Map.of())).isTrue();
  }

  @Test
  void is_on_where_an_exporter_is_configured() {
    assertThat(isOff(Map.of(ENDPOINT, "http://collector:4317"))).isFalse();
  }

  @Test
  void is_what_the_configuration_says() {
    assertThat(isOff(Map.of("quarkus.otel.sdk.disabled", "false"))).isFalse();
    assertThat(
            isOff(Map.of(ENDPOINT, "http://collector:4317", "quarkus.otel.sdk.disabled", "true")))
        .isTrue();
  }

  private static boolean isOff(Map<String, String> configured) {
    return new SmallRyeConfigBuilder()
        .withDefaultValue(ENDPOINT, "http://localhost:4317")
        .withSources(new PropertiesConfigSource(configured, "application", 250))
        .withSources(new TracingDefault())
        .build()
        .getValue("quarkus.otel.sdk.disabled", Boolean.class);
  }
}
