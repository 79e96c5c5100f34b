package dev.foldline.embedded;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(StoreExtension.class)
@DisplayName("9.15 HTTP/1.1 on the port of gRPC")
class HttpTest {
  private static final int PATIENCE_MILLIS = 30_000;

  private final EmbeddedEventStore store;
  private final Wire wire;

  HttpTest(EmbeddedEventStore store, Wire wire) {
    this.store = store;
    this.wire = wire;
  }

  private HttpResponse<String> call(String method, String path, String body) throws Exception {
    try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://localhost:" + store.port() + path))
              .timeout(Duration.ofMillis(PATIENCE_MILLIS))
              .method(method, BodyPublishers.ofString(body))
              .build();
      return client.send(request, BodyHandlers.ofString());
    }
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    assertThat(response.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
    return new ObjectMapper().readTree(response.body());
  }

  @Test
  @DisplayName("9.15 /ping is 200 and JSON")
  void ping() throws Exception {
    var response = call("GET", "/ping?now=1", "");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).get("text").asText()).isNotEmpty();
  }

  @Test
  @DisplayName("9.15 /health/live is 204")
  void health_live() throws Exception {
    assertThat(call("GET", "/health/live", "").statusCode()).isEqualTo(204);
  }

  @Test
  @DisplayName("9.15 /info tells version, state, features and authentication")
  void info() throws Exception {
    var response = call("GET", "/info", "");
    assertThat(response.statusCode()).isEqualTo(200);
    var info = json(response);
    assertThat(info.get("esVersion").asText()).startsWith("24.10.");
    assertThat(info.get("state").asText()).isEqualTo("leader");
    assertThat(info.get("features").isObject()).isTrue();
    assertThat(info.get("authentication").get("type").asText()).isEqualTo("insecure");
  }

  @ParameterizedTest(name = "9.15 HEAD {0} is {1} without a body")
  @CsvSource({"/ping, 200", "/health/live, 204", "/info, 200"})
  void head(String path, int status) throws Exception {
    var response = call("HEAD", path, "");
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).isEmpty();
  }

  @ParameterizedTest(name = "9.15 {0} is not found")
  @ValueSource(
      strings = {"/", "/gossip", "/stats", "/streams/s", "/health", "/Ping", "/ping/", "/%zz"})
  void nothing_else(String path) throws Exception {
    assertThat(exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 404");
  }

  @ParameterizedTest(name = "9.15 {0} is not allowed")
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void other_methods(String method) throws Exception {
    var response = call(method, "/ping", "{}");
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).contains("GET, HEAD");
  }

  @ParameterizedTest(name = "9.15 what is no HTTP is a bad request: {0}")
  @ValueSource(strings = {"hello", "GET", "PRI"})
  void no_http(String line) throws Exception {
    assertThat(exchange(line + "\r\n\r\n")).startsWith("HTTP/1.1 400");
  }

  @Test
  @DisplayName("9.15 what is too long is refused, and not kept")
  void too_long() throws Exception {
    String much = "x".repeat(10_000);
    assertThat(exchange("GET /" + much + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(exchange("GET /ping HTTP/1.1\r\nX: " + much + "\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(call("GET", "/ping", much).statusCode()).isEqualTo(413);
  }

  @Test
  @DisplayName("9.15 a connection that is silent, or stops halfway, is closed")
  void half_sent() throws IOException {
    List<Socket> begun = new ArrayList<>();
    for (String sent :
        List.of(
            "",
            "PRI * HTTP/2.0\r\n",
            "GET /ping HTTP/1.1\r\nX: ",
            "POST /ping HTTP/1.1\r\nContent-Length: 10\r\n\r\nx")) {
      begun.add(open(sent));
    }
    for (Socket socket : begun) {
      assertThat(rest(socket)).isEmpty();
    }
  }

  @Test
  @DisplayName("9.15 many connections at once don't keep gRPC from being served")
  void beside() throws Exception {
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      silent.add(open(""));
    }
    assertThat(call("GET", "/health/live", "").statusCode()).isEqualTo(204);
    assertThat(wire.append("beside-http", "any", "e0")).isEqualTo("ok 0");
    for (Socket socket : silent) {
      socket.close();
    }
  }

  private String exchange(String sent) throws IOException {
    return rest(open(sent));
  }

  private Socket open(String sent) throws IOException {
    var socket = new Socket("localhost", store.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.getOutputStream().write(sent.getBytes(ISO_8859_1));
    return socket;
  }

  /** All that the store says until it closes the connection. */
  private static String rest(Socket connection) throws IOException {
    try (connection) {
      return new String(connection.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
