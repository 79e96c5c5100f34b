package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What users look up is what the code says: the pages of {@code infra/docs} are made of the
 * descriptions of properties and attributes, and written anew with {@code -Ddocs.write=true}.
 */
class ReferencePagesTest {

  private static final Path PAGES = Path.of("..", "..", "..", "infra", "docs");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void configuration() {
    Map<String, String> descriptions = new TreeMap<>();
    all("META-INF/quarkus-config-doc/quarkus-config-javadoc.json")
        .forEach(
            module ->
                module
                    .path("elements")
                    .properties()
                    .forEach(
                        element ->
                            descriptions.put(
                                element.getKey(),
                                element.getValue().path("description").asText())));
    Map<String, String> lines = new TreeMap<>();
    all("META-INF/quarkus-config-doc/quarkus-config-model.json")
        .forEach(
            module ->
                module
                    .path("configRoots")
                    .forEach(root -> properties(root.path("items"), descriptions, lines)));
    check(
        "configuration.md",
        """
        # Configuration

        What may be set, in `application.properties`, with `-D` or as an environment variable: `foldline.eventstoredb.timeout` is
        `FOLDLINE_EVENTSTOREDB_TIMEOUT` there. What is marked *build* is fixed when the application is built. A name that there is not stops the
        start, naming the one that was meant. Times are such as `500ms`, `10s`, `24h`.

        | property | default | |
        |---|---|---|
        """
            + String.join("", lines.values()));
  }

  private static void properties(
      JsonNode items, Map<String, String> descriptions, Map<String, String> lines) {
    for (JsonNode item : items) {
      properties(item.path("items"), descriptions, lines);
      String name = item.path("path").path("property").asText();
      if (name.startsWith("foldline.")) {
        String key =
            item.path("sourceType").asText() + "." + item.path("sourceElementName").asText();
        lines.put(name, line(name, item, Objects.requireNonNull(descriptions.get(key), key)));
      }
    }
  }

  private static String line(String name, JsonNode item, String description) {
    String value = item.path("defaultValue").asText();
    boolean isTime = item.path("type").asText().equals("java.time.Duration");
    return "| `%s`%s | %s | %s |%n"
        .formatted(
            name,
            item.path("phase").asText().startsWith("BUILD") ? " *build*" : "",
            value.isEmpty() ? "" : "`" + (isTime ? value.toLowerCase(Locale.ROOT) : value) + "`",
            plain(description));
  }

  /** As Markdown, in one line. */
  private static String plain(String javadoc) {
    return javadoc
        .replaceAll("\\{@code\\s+(\\{[^}]*}|[^}]*)}", "`$1`")
        .replaceAll("<code>(.*?)</code>", "`$1`")
        .replaceAll("\\s+", " ")
        .replace("|", "\\|")
        .strip();
  }

  @Test
  void channels() {
    check(
        "channels.md",
        """
        # Attributes of channels

        What may be set for a channel of the connector `foldline-eventstoredb`, as `mp.messaging.incoming.<channel>.<attribute>` and
        `mp.messaging.outgoing.<channel>.<attribute>`, or for all channels as `mp.messaging.connector.foldline-eventstoredb.<attribute>`. One that
        there is not stops the start, naming the one that was meant. [Why they are as they are](../decisions/channels.md).

        ## Incoming: events to functions

        | attribute | default | |
        |---|---|---|
        """
            + attributes("incoming")
            + """

            ## Outgoing: messages to a stream

            | attribute | default | |
            |---|---|---|
            """
            + attributes("outgoing"));
  }

  /** SmallRye's table, without the columns that are the same in each line. */
  private static String attributes(String direction) {
    String table =
        texts("META-INF/connector/foldline-eventstoredb-" + direction + ".md").getFirst();
    return table
        .lines()
        .filter(line -> line.startsWith("| *"))
        .map(line -> line.split("(?<!\\\\)\\|", -1))
        .map(
            cells ->
                "| %s | %s | %s |%n"
                    .formatted(
                        cells[1].strip().replace('*', '`'), cells[5].strip(), cells[2].strip()))
        .collect(Collectors.joining());
  }

  private static void check(String name, String page) {
    Path file = PAGES.resolve(name);
    try {
      if (Boolean.getBoolean("docs.write")) {
        Files.writeString(file, page);
      }
      assertThat(file)
          .as("what the code says; run this test with -Ddocs.write=true to write it anew")
          .hasContent(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonNode> all(String resource) {
    return texts(resource).stream()
        .map(
            text -> {
              try {
                return JSON.readTree(text);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .toList();
  }

  private static List<String> texts(String resource) {
    try {
      return Collections.list(ReferencePagesTest.class.getClassLoader().getResources(resource))
          .stream()
          .map(ReferencePagesTest::text)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(URL url) {
    try (InputStream in = url.openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
