package dev.foldline.bank;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Calls the bank over HTTP, as its users do. */
final class BankClient {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final URI base;

  BankClient(URI base) {
    this.base = base;
  }

  /** An answer, its body read as JSON where it is JSON. */
  record Answer(int status, JsonNode body, HttpResponse<String> response) {

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String code() {
      return body.path("code").asText();
    }
  }

  Answer open(String account) {
    return post("open-account", "{\"account\":\"%s\",\"owner\":\"Ada\"}".formatted(account));
  }

  Answer deposit(String account, long cents) {
    return post("deposit", "{\"account\":\"%s\",\"cents\":%d}".formatted(account, cents));
  }

  Answer deposit(String account, long cents, String key) {
    String body = "{\"account\":\"%s\",\"cents\":%d}".formatted(account, cents);
    return send(posting(request("deposit").header("Idempotency-Key", key), body).build());
  }

  Answer withdraw(String account, long cents) {
    return post("withdraw", "{\"account\":\"%s\",\"cents\":%d}".formatted(account, cents));
  }

  Answer close(String account) {
    return post("close-account", "{\"account\":\"%s\"}".formatted(account));
  }

  Answer account(String account) {
    return get("account?account=" + account);
  }

  Answer post(String function, String body) {
    return send(posting(request(function), body).build());
  }

  /** With a body of JSON that says so. */
  static HttpRequest.Builder posting(HttpRequest.Builder request, String body) {
    return request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
  }

  Answer get(String path) {
    return send(request(path).build());
  }

  /**
   * Asks with a consistency token, again where the read model is behind, as its callers are told
   * to.
   */
  Answer query(String path, String token) {
    HttpRequest request = request(path).header("Consistency-Token", token).build();
    return await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> send(request), answer -> answer.status() != 503);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve("/" + path)).timeout(Duration.ofSeconds(20));
  }

  /** Fails with an {@link UncheckedIOException} where there is no answer. */
  Answer send(HttpRequest request) {
    try {
      HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
      String type = response.headers().firstValue("content-type").orElse("");
      JsonNode body = type.contains("json") ? JSON.readTree(response.body()) : JSON.missingNode();
      return new Answer(response.statusCode(), body, response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
