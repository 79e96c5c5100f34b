package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.bank.BankClient.Answer;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.WrongRevision;
import dev.foldline.testing.Faults.Fault;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@QuarkusTest
@TestProfile(UnreliableStoreTest.Unreliable.class)
@DisplayName("A deposit where the event store can't be relied on")
class UnreliableStoreTest {

  /** Puts faults between the functions and their event store. */
  public static class Unreliable implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(UnreliableStreams.class);
    }

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("foldline.commands.attempts", "3");
    }
  }

  @TestHTTPResource("/")
  URI base;

  @Inject UnreliableStreams network;

  private final String account = UUID.randomUUID().toString();
  private BankClient bank;

  @BeforeEach
  void open() {
    bank = new BankClient(base);
    assertThat(bank.open(account).status()).isEqualTo(200);
  }

  @AfterEach
  void calm() {
    network.calm();
  }

  private Answer deposit() {
    return bank.send(request().build());
  }

  private HttpRequest.Builder request() {
    return BankClient.posting(
        bank.request("deposit").header("Idempotency-Key", "k-1"),
        "{\"account\":\"%s\",\"cents\":5}".formatted(account));
  }

  private void assertWasDoneOnce() {
    assertThat(bank.get("account-history?account=" + account).body()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"ANSWER_LOST", "DONE_LATE", "NEVER_ARRIVES"})
  void is_done_once_and_says_so_where_the_answer_is_lost(Fault fault) {
    AtomicInteger appends = new AtomicInteger();
    network.plan(
        point -> point.equals("append") && appends.getAndIncrement() == 0 ? fault : Fault.NONE,
        OutcomeUnknown::new);

    Answer done = deposit();

    assertThat(done.status()).isEqualTo(200);
    assertThat(done.header("idempotency-replayed")).isEmpty();
    assertThat(deposit().response().body()).isEqualTo(done.response().body());
    assertWasDoneOnce();
  }

  @ParameterizedTest
  @EnumSource(names = {"ANSWER_LOST", "NEVER_ARRIVES"})
  void says_that_its_outcome_is_unknown_and_a_repeat_settles_it(Fault fault) {
    network.plan(
        point -> point.equals("append") ? fault : Fault.NEVER_ARRIVES, OutcomeUnknown::new);

    Answer unknown = bank.send(request().header("Prefer", "wait=1").build());

    assertThat(unknown.status()).isEqualTo(503);
    assertThat(unknown.code()).isEqualTo("outcome-unknown");
    assertThat(unknown.body().path("stream").asText()).isEqualTo("account-" + account);
    assertThat(unknown.header("retry-after")).isNotEmpty();

    network.calm();
    Answer settled = deposit();
    assertThat(settled.status()).isEqualTo(200);
    assertThat(settled.header("etag")).isEqualTo("\"1\"");
    assertWasDoneOnce();
  }

  @Test
  void is_not_done_and_says_so_where_others_keep_appending_first() {
    network.plan(
        point -> point.equals("append") ? Fault.NEVER_ARRIVES : Fault.NONE, WrongRevision::new);

    Answer conflict = deposit();

    assertThat(conflict.status()).isEqualTo(409);
    assertThat(conflict.code()).isEqualTo("conflict");
    assertThat(conflict.header("retry-after")).isNotEmpty();
    network.calm();
    assertThat(deposit().header("idempotency-replayed")).isEmpty();
    assertWasDoneOnce();
  }

  @Test
  void is_not_done_and_says_so_where_nothing_can_be_read() {
    String other = UUID.randomUUID().toString();
    network.plan(_ -> Fault.NEVER_ARRIVES, OutcomeUnknown::new);

    Answer away = bank.open(other);

    assertThat(away.status()).isEqualTo(503);
    assertThat(away.code()).isEqualTo("unavailable");
    network.calm();
    assertThat(bank.open(other).status()).isEqualTo(200);
  }
}
