package dev.foldline.openapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.openapi.Document.Call;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Calls functions, and holds every answer against what their document says of it. */
final class Driver {

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /** What an answer has such a header for is said. */
  private static final List<String> TOLD =
      List.of(
          "etag",
          "consistency",
          "consistency-token",
          "location",
          "idempotency-replayed",
          "preference-applied");

  private final Document document;
  private final URI base;
  private final Map<String, Set<String>> seen = new HashMap<>();

  Driver(Document document, URI base) {
    this.document = document;
    this.base = base;
  }

  /** An answer; its body is missing where there is none. */
  record Answer(int status, JsonNode body, HttpResponse<byte[]> response) {

    String code() {
      return body.path("code").asText();
    }

    String field() {
      return body.path("field").asText();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    @Override
    public String toString() {
      return status + " " + body;
    }
  }

  /** A request that is about to be sent. */
  final class Asking {

    private final Call call;
    private final HttpRequest.Builder request;
    private String method;
    private String type = "application/json";
    private String user = "";
    private String password = "secret";
    private HttpRequest.BodyPublisher body = BodyPublishers.noBody();
    private String told;

    private Asking(Call call, String query) {
      this.call = call;
      this.method = call.method;
      this.request =
          HttpRequest.newBuilder(URI.create(base.resolve(call.path + query).toASCIIString()))
              .timeout(Duration.ofSeconds(15));
      this.told = call + query;
    }

    Asking body(JsonNode json) {
      try {
        return body(Document.JSON.writeValueAsString(json));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }

    Asking body(String text) {
      body = BodyPublishers.ofString(text);
      told += " " + (text.length() > 2_000 ? text.substring(0, 2_000) + "…" : text);
      return this;
    }

    Asking type(String other) {
      type = other;
      return this;
    }

    Asking by(String method) {
      this.method = method;
      return this;
    }

    Asking header(String name, String value) {
      request.header(name, value);
      told += " " + name + ": " + value;
      return this;
    }

    Asking as(String user, String password) {
      this.user = user;
      this.password = password;
      return this;
    }

    /** Whoever may call it. */
    Asking asWhoMay() {
      return call.isSecured() ? as("ada", "secret") : this;
    }

    Answer send() {
      if (!user.isEmpty()) {
        String login = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
        request.header("Authorization", "Basic " + login);
      }
      if (body.contentLength() > 0) {
        request.header("Content-Type", type);
      }
      try {
        HttpResponse<byte[]> response =
            HTTP.send(request.method(method, body).build(), BodyHandlers.ofByteArray());
        JsonNode json =
            response.body().length == 0
                ? Document.JSON.missingNode()
                : Document.JSON.readTree(response.body());
        return checked(call, told, new Answer(response.statusCode(), json, response));
      } catch (IOException e) {
        throw new IllegalStateException(told + " was not answered", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  Asking ask(Call call) {
    return new Asking(call, "");
  }

  /** With parameters in the query string. */
  Asking ask(Call call, Map<String, String> parameters) {
    String query =
        parameters.entrySet().stream()
            .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
            .collect(Collectors.joining("&", "?", ""));
    return new Asking(call, query);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private Answer checked(Call call, String told, Answer answer) {
    JsonNode documented = call.response(answer.status());
    assertThat(documented.isMissingNode()).as("%s: %s is documented", told, answer).isFalse();
    String type = answer.header("content-type");
    JsonNode content = documented.path("content");
    if (answer.body().isMissingNode()) {
      assertThat(content.isMissingNode() || answer.status() == 202)
          .as("%s: %s has no body", told, answer)
          .isTrue();
    } else {
      JsonNode schema = content.path(type).path("schema");
      assertThat(schema.isMissingNode()).as("%s: %s as %s", told, answer, type).isFalse();
      assertThat(document.faults(schema, answer.body())).as("%s: %s", told, answer).isEmpty();
    }
    documented
        .path("headers")
        .properties()
        .forEach(
            header -> {
              JsonNode schema = document.resolved(header.getValue()).path("schema");
              String value = answer.header(header.getKey());
              assertThat(
                      value.isEmpty()
                          || document.allows(
                              schema, Document.JSON.getNodeFactory().textNode(value)))
                  .as("%s: %s: %s", told, header.getKey(), value)
                  .isTrue();
            });
    if (answer.status() < 400) {
      Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
      documented.path("headers").fieldNames().forEachRemaining(names::add);
      assertThat(names)
          .as(told)
          .containsAll(TOLD.stream().filter(name -> !answer.header(name).isEmpty()).toList());
    } else {
      seen(call).add(answer.status() + " " + answer.code());
    }
    return answer;
  }

  /** With what statuses and codes a call was answered. */
  Set<String> seen(Call call) {
    return seen.computeIfAbsent(call.toString(), _ -> new TreeSet<>());
  }
}
