package dev.foldline.eventstoredb.connector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The attributes as they are documented. */
class AttributesTest {

  private static final Path README = Path.of("README.md");

  @ParameterizedTest
  @ValueSource(strings = {"incoming", "outgoing"})
  void theReadmeHasThemAsTheyAre(String direction) throws IOException {
    assumeThat(README).as("is left behind where the suites are carried elsewhere").exists();
    String generated = "/META-INF/connector/" + EventStoreConnector.NAME + "-" + direction + ".md";
    try (InputStream in =
        Objects.requireNonNull(AttributesTest.class.getResourceAsStream(generated))) {
      assertThat(Files.readString(README)).contains(new String(in.readAllBytes(), UTF_8).strip());
    }
  }
}
