package dev.foldline.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@DisplayName("The provider over HTTP")
class ProviderApiTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration SLOW = Duration.ofMillis(200);

  @TestHTTPResource URI provider;

  private final HttpClient http = HttpClient.newHttpClient();
  private final String order = "o-" + UUID.randomUUID();
  private final String key = UUID.randomUUID().toString();
  private final String authorisation =
      "{\"order\":\"%s\",\"currency\":\"EUR\",\"cents\":4000}".formatted(order);

  private HttpRequest.Builder request(String path, String body) {
    return HttpRequest.newBuilder(provider.resolve(path))
        .timeout(LIMIT)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String key, String body)
      throws IOException, InterruptedException {
    return send(request(path, body).header("Idempotency-Key", key));
  }

  private HttpResponse<String> authorise() throws IOException, InterruptedException {
    return post("authorise", key, authorisation);
  }

  private void behave(String kind) throws IOException, InterruptedException {
    String mood = "{\"kind\":\"%s\",\"times\":1,\"millis\":%d}".formatted(kind, SLOW.toMillis());
    assertThat(send(request("behaviour", mood)).statusCode()).isEqualTo(204);
  }

  /** Of the order, as its ledger has it; empty where there is none. */
  private String charge() throws IOException, InterruptedException {
    String charges = send(HttpRequest.newBuilder(provider.resolve("charges"))).body();
    int at = charges.indexOf("\"order\":\"" + order);
    return at < 0 ? "" : charges.substring(at, charges.indexOf('}', at));
  }

  @Test
  void authorises_captures_and_refunds_each_once() throws Exception {
    assertThat(authorise().body()).isEqualTo("{\"id\":\"%s\"}".formatted(key));
    assertThat(authorise().statusCode()).isEqualTo(200);
    String capture = "{\"authorisation\":\"%s\",\"cents\":3000}".formatted(key);
    assertThat(post("capture", key + "-c", capture).statusCode()).isEqualTo(200);
    HttpResponse<String> again = post("capture", key + "-d", capture);
    assertThat(again.statusCode()).isEqualTo(422);
    assertThat(again.body()).contains("\"code\":\"captured\"");
    String refund = "{\"undoes\":\"%s-c\"}".formatted(key);
    assertThat(post("refund", key + "-r", refund).statusCode()).isEqualTo(200);
    assertThat(charge()).contains("\"captured\":3000", "\"refunded\":3000", "\"open\":0");
  }

  @Test
  void refuses_what_was_undone_before_it_came() throws Exception {
    String undo = "{\"undoes\":\"%s\"}".formatted(key);
    assertThat(post("void", key + "-v", undo).statusCode()).isEqualTo(200);
    HttpResponse<String> late = authorise();
    assertThat(late.statusCode()).isEqualTo(422);
    assertThat(late.body()).contains("\"code\":\"voided\"");
    assertThat(charge()).isEmpty();
  }

  @Test
  void declines() throws Exception {
    behave("DECLINE");
    assertThat(authorise().body()).contains("\"code\":\"declined\"");
    assertThat(authorise().statusCode()).as("the same answer").isEqualTo(422);
    assertThat(charge()).isEmpty();
  }

  @Test
  void answers_500_after_it_has_acted() throws Exception {
    behave("FAIL");
    assertThat(authorise().statusCode()).isEqualTo(500);
    assertThat(charge()).contains("\"authorised\":4000");
    assertThat(authorise().statusCode()).isEqualTo(200);
  }

  @Test
  void loses_an_answer_after_it_has_acted() throws Exception {
    behave("LOSE");
    HttpRequest.Builder request =
        request("authorise", authorisation).header("Idempotency-Key", key);
    try (HttpClient fresh = HttpClient.newHttpClient()) { // one that was used before tries again
      assertThatThrownBy(() -> fresh.send(request.build(), BodyHandlers.ofString()))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(HttpTimeoutException.class);
    }
    assertThat(charge()).contains("\"authorised\":4000");
    assertThat(authorise().statusCode()).isEqualTo(200);
  }

  @Test
  void is_slow_and_then_acts() throws Exception {
    behave("SLOW");
    long start = System.nanoTime();
    assertThat(authorise().statusCode()).isEqualTo(200);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SLOW);
  }

  @Test
  void hangs_and_does_not_act() throws Exception {
    behave("HANG");
    assertThatThrownBy(
            () ->
                send(
                    request("authorise", authorisation)
                        .header("Idempotency-Key", key)
                        .timeout(Duration.ofMillis(300))))
        .isInstanceOf(HttpTimeoutException.class);
    assertThat(charge()).isEmpty();
    assertThat(authorise().statusCode()).isEqualTo(200);
  }

  @Test
  void says_what_is_wrong_with_a_request() throws Exception {
    assertThat(send(request("authorise", authorisation)).statusCode()).isEqualTo(400);
    String nothing = authorisation.replace("4000", "0");
    assertThat(post("authorise", key, nothing).statusCode()).isEqualTo(400);
    assertThat(post("authorise", key, "{").statusCode()).isEqualTo(400);
    assertThat(charge()).isEmpty();
  }
}
