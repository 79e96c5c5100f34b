package dev.foldline.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.testing.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Issuer.class)
@DisplayName("The bank, by an issuer of OpenID Connect")
class OidcTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TestHTTPResource("/")
  URI bank;

  Tokens tokens = new Tokens("replaced by the issuer's");

  private final String account = UUID.randomUUID().toString();

  private HttpResponse<String> open(String token) throws Exception {
    String body = "{\"account\":\"%s\",\"owner\":\"Ada\"}".formatted(account);
    return send("open-account", body, token);
  }

  private HttpResponse<String> deposit(String token) throws Exception {
    return send("deposit", "{\"account\":\"%s\",\"cents\":5}".formatted(account), token);
  }

  private HttpResponse<String> send(String function, String body, String token) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(bank.resolve("/" + function))
              .timeout(LIMIT)
              .header("Content-Type", "application/json")
              .header("Authorization", "Bearer " + token)
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }
  }

  @Test
  void knows_its_callers_by_their_tokens() throws Exception {
    assertThat(open(tokens.of("ada")).statusCode()).isEqualTo(200);
    assertThat(deposit(tokens.of("ada")).statusCode()).isEqualTo(200);
    assertThat(deposit(tokens.of("bea")).statusCode()).isEqualTo(403);
    assertThat(deposit(tokens.of("tess", "teller")).statusCode()).isEqualTo(200);
  }

  @Test
  void knows_nobody_by_another_token() throws Exception {
    for (String wrong :
        new String[] {
          tokens.expired("ada"),
          tokens.ofOtherIssuer("ada"),
          tokens.signedByAnother("ada"),
          tokens.unsigned("ada"),
          "nonsense"
        }) {
      HttpResponse<String> answer = open(wrong);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
      assertThat(answer.headers().firstValue("www-authenticate")).hasValue("Bearer");
    }
  }
}
