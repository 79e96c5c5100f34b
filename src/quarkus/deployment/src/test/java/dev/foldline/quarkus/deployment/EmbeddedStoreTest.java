package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.quarkus.FoldlineConfig;
import io.quarkus.test.QuarkusUnitTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("An application that brings the embedded store")
class EmbeddedStoreTest {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withEmptyApplication()
          .overrideConfigKey("quarkus.http.test-port", "0")
          .overrideConfigKey("quarkus.redis.hosts", "redis://localhost:1")
          .overrideConfigKey("foldline.devservices.enabled", "false")
          .overrideConfigKey("foldline.embedded.enabled", "true")
          .overrideConfigKey("foldline.embedded.port", "0")
          .overrideRuntimeConfigKey("foldline.data", directory().toString());

  @Inject EventStore store;

  @Inject FoldlineConfig config;

  private static Path directory() {
    try {
      return Files.createTempDirectory(Path.of("target"), "embedded-store-").toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void runs_it_inside_under_its_data() {
    store.ready().await().atMost(Duration.ofSeconds(30));

    assertThat(config.data().resolve("eventstore")).isNotEmptyDirectory();
  }
}
