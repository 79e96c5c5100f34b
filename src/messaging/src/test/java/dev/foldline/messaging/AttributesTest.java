package dev.foldline.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.eventstoredb.subscriptions.Logged;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which attributes there are. */
class AttributesTest {

  private static Config of(ConfigSource... sources) {
    return new SmallRyeConfigBuilder()
        .withSources(sources)
        .withDefaultValue("connector", EventStoreConnector.NAME)
        .withDefaultValue("channel-name", "numbers")
        .build();
  }

  private static ConfigSource properties(String... names) {
    Map<String, String> all = new HashMap<>();
    for (String name : names) {
      all.put(name, "1");
    }
    return new PropertiesConfigSource(all, "application.properties", 100);
  }

  @ParameterizedTest
  @CsvSource({
    "grup,group",
    "max-concurency,max-concurrency",
    "categorie,category",
    "retry-attemps,retry-attempts",
    "pausable.initialy-paused,pausable.initially-paused"
  })
  void one_that_there_is_not_is_named_with_the_one_that_is_meant(String wrong, String meant) {
    Config config = of(properties("category", wrong));

    assertThatThrownBy(() -> Attributes.check("numbers", config, "mine."))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("numbers: there is no attribute " + wrong + ": is " + meant + " meant?");
  }

  @Test
  void those_of_small_rye_and_of_an_own_failure_strategy_are_known() {
    Config config = of(properties("category", "merge", "pausable", "concurrency", "mine.limit"));

    Attributes.check("numbers", config, "mine.");
    assertThatThrownBy(() -> Attributes.check("numbers", config, "yours."))
        .hasMessageContaining("mine.limit");
  }

  @Test
  void an_environment_variable_is_only_warned_of() {
    Map<String, String> variables = Map.of("GRUP", "1", "MAX_RETRIES", "1");
    try (Logged logged = new Logged(Attributes.class)) {
      Attributes.check("numbers", of(new EnvConfigSource(variables, 300)), "");

      assertThat(logged.messages()).singleElement().asString().contains("numbers", "GRUP");
    }
  }

  @Test
  void an_application_does_not_start_with_one_that_there_is_not() {
    assertThatThrownBy(
            () ->
                new Application(
                    "esdb://localhost:1?tls=false",
                    Map.of("in.numbers.category", "n", "in.numbers.grup", "g"),
                    Listener.class))
        .hasStackTraceContaining("numbers: there is no attribute grup: is group meant?");
  }

  @ApplicationScoped
  static class Listener {
    @Incoming("numbers")
    void consume(byte[] event) {}
  }
}
