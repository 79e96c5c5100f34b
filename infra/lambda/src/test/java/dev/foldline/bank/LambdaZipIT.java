package dev.foldline.bank;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is deployed to Lambda")
class LambdaZipIT {

  /** The official client brings these messages, which Google's own jar has too. */
  private static final String TWICE = "com/google/rpc/";

  /** What AWS takes without S3. */
  private static final long MOST_BYTES = 50 * 1024 * 1024;

  @Test
  void is_small_enough_to_be_uploaded() throws IOException {
    assertThat(Files.size(BankProcess.APPLICATION)).isLessThan(MOST_BYTES);
  }

  @Test
  void holds_no_class_twice() throws IOException {
    Map<String, List<String>> holders = new HashMap<>();
    eachEntry(
        (holder, name, _) -> {
          if (name.matches("(?!META-INF/|" + TWICE + ").*(?<!-info)\\.class")) {
            holders.computeIfAbsent(name, _ -> new ArrayList<>()).add(holder);
          }
        });

    holders.values().removeIf(where -> where.size() == 1);
    assertThat(holders).isEmpty();
  }

  @Test
  void holds_what_it_runs_and_nothing_of_development_and_no_secret() throws IOException {
    List<String> names = new ArrayList<>();
    eachEntry(
        (_, name, bytes) -> {
          names.add(name);
          if (name.matches(".*(application|config)\\.(properties|ya?ml)")) {
            assertThat(new String(bytes.readAllBytes(), ISO_8859_1))
                .as(name)
                .doesNotContain("connection-string=", "redis.hosts=", "BEGIN PRIVATE", "keys=");
          }
        });

    assertThat(names)
        .contains("io/quarkus/amazon/lambda/runtime/QuarkusStreamHandler.class")
        .anyMatch(name -> name.matches("lib/.*foldline-bank-[^/]*\\.jar"))
        .noneMatch(name -> name.matches("(.*/)?\\.foldline/.*"))
        .noneMatch(name -> name.matches("(?i).*\\.(pem|key|p12|jks|env)"))
        .noneMatch(
            name ->
                name.matches(
                    "lib/.*(embedded|testing|-tests|deployment|dev-mode|junit|sqlite"
                        + "|bcpkix|shaded|brotli|runtime-interface-client).*"));
  }

  @Test
  void is_started_as_the_template_says() throws IOException {
    JsonNode function = LambdaEventsIT.template().path("Resources").path("Bank").path("Properties");

    assertThat(Path.of(function.path("CodeUri").asText()).toAbsolutePath())
        .isEqualTo(BankProcess.APPLICATION);
    assertThat(function.path("Handler").asText())
        .isEqualTo("io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest");
    assertThat(function.path("Timeout").asInt())
        .isGreaterThan(20); // of fire-timers; of commands 10
    assertThat(function.findValue("Variables").path("FOLDLINE_RUN").asText())
        .isEqualTo("commands,queries");
  }

  private interface Looker {
    void look(String holder, String name, InputStream bytes) throws IOException;
  }

  /** What is in the zip, and in the jars that are in it. */
  private static void eachEntry(Looker looker) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(BankProcess.APPLICATION))) {
      each(zip, "function.zip", looker);
    }
  }

  private static void each(ZipInputStream zip, String holder, Looker looker) throws IOException {
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      if (!entry.isDirectory()) {
        looker.look(holder, entry.getName(), zip);
      }
      if (entry.getName().endsWith(".jar")) {
        each(new ZipInputStream(zip), entry.getName(), looker);
      }
    }
  }
}
