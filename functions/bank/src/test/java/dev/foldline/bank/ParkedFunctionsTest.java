package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.bank.BankClient.Answer;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(ParkedFunctionsTest.WithUsers.class)
@DisplayName("The functions for parked events, of a bank that has users")
class ParkedFunctionsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** An operator, and one who may only read. */
  public static class WithUsers implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      Map<String, String> properties = new HashMap<>();
      properties.put("foldline.operations.enabled", "true");
      properties.put("quarkus.http.auth.basic", "true");
      properties.put("quarkus.security.users.embedded.enabled", "true");
      properties.put("quarkus.security.users.embedded.plain-text", "true");
      properties.put("quarkus.security.users.embedded.users.ada", "secret");
      properties.put("quarkus.security.users.embedded.roles.ada", "operator");
      properties.put("quarkus.security.users.embedded.users.eve", "secret");
      properties.put("quarkus.security.users.embedded.roles.eve", "reader");
      return properties;
    }
  }

  @TestHTTPResource("/")
  URI base;

  @Inject EventStore store;

  private BankClient bank;
  private final String account = UUID.randomUUID().toString();
  private final String stream = "account-" + account;

  @BeforeEach
  void setUp() {
    bank = new BankClient(base);
    // A build keeps only what holds a stream, and not what waits behind it.
    await().atMost(LIMIT).until(() -> list().status() == 200);
  }

  private HttpRequest.Builder as(String user, String path) {
    String login =
        Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
    return bank.request(path).header("Authorization", "Basic " + login);
  }

  private Answer operate(String function, String body) {
    return bank.send(BankClient.posting(as("ada", function), body).build());
  }

  private Answer list() {
    return bank.send(as("ada", "parked-events?limit=1000&projection=account-view").build());
  }

  private List<JsonNode> parkedOfStream() {
    return list()
        .body()
        .path("causes")
        .valueStream()
        .flatMap(cause -> cause.path("events").valueStream())
        .filter(event -> event.path("stream").asText().equals(stream))
        .toList();
  }

  /** An event that this bank does not know, and one that waits behind it. */
  private void park() {
    bank.open(account);
    store
        .append(
            stream,
            List.of(event("account-blessed", "{}"), event("account-deposited", "{\"cents\":5}")))
        .await()
        .atMost(LIMIT);
    await().atMost(LIMIT).until(() -> parkedOfStream().size() == 2);
  }

  private static StoredEvent event(String type, String json) {
    return new StoredEvent(
        UUID.randomUUID(), type, json.getBytes(StandardCharsets.UTF_8), new byte[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dry-run-parked", "replay-parked", "discard-parked"})
  void are_for_operators_alone(String function) {
    Answer nobody = bank.post(function, "{\"projection\":\"account-view\"}");
    HttpRequest.Builder eve = as("eve", function);
    Answer reader = bank.send(BankClient.posting(eve, "{\"projection\":\"account-view\"}").build());

    assertThat(nobody.status()).isEqualTo(401);
    assertThat(nobody.code()).isEqualTo("unauthorized");
    assertThat(nobody.header("www-authenticate")).startsWith("basic");
    assertThat(nobody.body().path("detail").asText()).contains("credentials");
    assertThat(reader.status()).isEqualTo(403);
    assertThat(reader.code()).isEqualTo("forbidden");
    assertThat(bank.get(function).status()).isEqualTo(405);
  }

  /**
   * Who gives any credentials is asked for them at each function, and so is who gives wrong ones.
   */
  @ParameterizedTest
  @CsvSource({
    "rebuild, Basic YWRhOndyb25n",
    "rebuild, Basic nonsense",
    "deposit, Basic YWRhOndyb25n",
    "no-such-function, Basic YWRhOndyb25n",
  })
  void ask_for_credentials_again_where_they_are_wrong(String function, String authorization) {
    Answer answer =
        bank.send(
            BankClient.posting(
                    bank.request(function).header("Authorization", authorization),
                    "{\"projection\":\"account-view\"}")
                .build());

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.code()).isEqualTo("unauthorized");
    assertThat(answer.header("www-authenticate")).startsWith("basic");
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
  }

  @Test
  void list_parked_events_for_operators_alone() {
    assertThat(bank.get("parked-events?projection=account-view").status()).isEqualTo(401);
    assertThat(bank.send(as("eve", "parked-events?projection=account-view").build()).status())
        .isEqualTo(403);
    assertThat(list().status()).isEqualTo(200);
    assertThat(bank.send(as("ada", "parked-events?projection=nonsense").build()).status())
        .isEqualTo(404);
  }

  @Test
  void group_parked_events_by_cause_with_the_event_and_the_error() {
    park();

    JsonNode listing = list().body();

    assertThat(listing.path("parked").asInt()).isGreaterThanOrEqualTo(2);
    assertThat(listing.path("causes").valueStream())
        .anySatisfy(
            cause -> {
              assertThat(cause.path("error").asText()).isEqualTo("UnknownEvent");
              assertThat(cause.path("type").asText()).isEqualTo("account-blessed");
              assertThat(cause.path("count").asInt()).isPositive();
            })
        .anySatisfy(
            cause -> {
              assertThat(cause.path("error").asText()).contains("waits behind event of its stream");
              assertThat(cause.path("type").asText()).isEqualTo("account-deposited");
            });
    assertThat(parkedOfStream())
        .anySatisfy(
            event -> {
              assertThat(event.path("revision").asLong()).isEqualTo(2);
              assertThat(event.path("data").path("cents").asLong()).isEqualTo(5);
            })
        .anySatisfy(event -> assertThat(event.path("error").asText()).contains("account-blessed"));
  }

  @Test
  void try_and_replay_what_can_not_be_applied_without_effect() {
    park();
    String body =
        "{\"projection\":\"account-view\",\"events\":[{\"stream\":\"%s\",\"revision\":1}]}"
            .formatted(stream);

    Answer tried = operate("dry-run-parked", body);
    Answer replayed = operate("replay-parked", body);

    assertThat(tried.body().path(0).path("stream").asText()).isEqualTo(stream);
    assertThat(tried.body().path(0).path("revision").asLong()).isZero();
    assertThat(tried.body().path(0).path("error").asText()).contains("account-blessed");
    assertThat(replayed.status()).isEqualTo(200);
    assertThat(replayed.body().path("applied").asInt()).isZero();
    assertThat(parkedOfStream()).hasSize(2);
  }

  @Test
  void discard_an_event_with_a_reason_that_is_recorded_and_let_the_stream_go_on() {
    park();
    String body =
        "{\"projection\":\"account-view\",\"events\":[{\"stream\":\"%s\",\"revision\":1}]%s}";

    Answer without = operate("discard-parked", body.formatted(stream, ""));
    Answer discarded =
        operate("discard-parked", body.formatted(stream, ",\"reason\":\"we do not bless\""));

    assertThat(without.status()).isEqualTo(400);
    assertThat(without.body().path("field").asText()).isEqualTo("reason");
    assertThat(discarded.status()).isEqualTo(200);
    assertThat(parkedOfStream()).isEmpty();
    assertThat(bank.account(account).body().path("balance").asLong()).isEqualTo(5);
    assertThat(
            store.remaining("foldline-discarded-bank:account-view", 0, 100).await().atMost(LIMIT))
        .extracting(record -> new String(record.event().data(), StandardCharsets.UTF_8))
        .anySatisfy(record -> assertThat(record).contains(stream, "we do not bless", "ada"));
  }

  @Test
  void name_what_is_wrong_with_a_request() {
    assertThat(operate("replay-parked", "{}").body().path("field").asText())
        .isEqualTo("projection");
    assertThat(
            operate("replay-parked", "{\"projection\":\"account-view\",\"perSecond\":0}")
                .body()
                .path("field")
                .asText())
        .isEqualTo("perSecond");
    assertThat(
            operate(
                    "replay-parked",
                    "{\"projection\":\"account-view\",\"events\":[{\"stream\":\"account-x\",\"revision\":0}]}")
                .status())
        .isEqualTo(404);
  }
}
