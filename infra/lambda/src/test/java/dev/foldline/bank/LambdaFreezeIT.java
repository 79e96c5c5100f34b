package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import dev.foldline.testing.Cable;
import dev.foldline.testing.Hang;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lambda stops an instance ({@code SIGSTOP}) after an answer, and has it go on with the next event.
 * {@code -Dlambda.frozen=60 -Dlambda.rounds=20} stops it for so many seconds, so often in each
 * case.
 */
@DisplayName("An instance that Lambda stops between two calls")
class LambdaFreezeIT {

  private static final Duration FROZEN = Duration.ofSeconds(Long.getLong("lambda.frozen", 5));
  private static final int ROUNDS = Integer.getInteger("lambda.rounds", 1);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir static Path data;

  private static Neighbours neighbours;
  private static Cable toStore;
  private static Cable toRedis;
  private static BankProcess function;
  private static BankClient bank;

  private final String account = UUID.randomUUID().toString();
  private long balance;

  @BeforeAll
  static void start() {
    neighbours = new Neighbours(data);
    toStore = new Cable(neighbours.store().port());
    toRedis = new Cable(URI.create(neighbours.redisUrl()).getPort());
    Map<String, String> properties = new HashMap<>(neighbours.properties());
    properties.put(
        "foldline.eventstoredb.connection-string",
        "esdb://127.0.0.1:%d?tls=false".formatted(toStore.port()));
    properties.put("quarkus.redis.hosts", "redis://127.0.0.1:" + toRedis.port());
    // What goes by a connection that is dead has no answer within the command's time.
    properties.put("foldline.eventstoredb.timeout", "30s");
    properties.put("foldline.redis.timeout", "30s");
    function = BankProcess.start(properties);
    bank = function.client();
  }

  @AfterAll
  static void stop() {
    try (var _ = neighbours;
        var _ = toStore;
        var _ = toRedis;
        var _ = function) {
      // closed in reverse order
    }
  }

  @BeforeEach
  void open() {
    assertThat(bank.open(account).status()).isEqualTo(200);
  }

  @Test
  void goes_on_as_if_nothing_had_been() {
    for (int i = 0; i < ROUNDS; i++) {
      freezeWhile(() -> {});
      deposits();
    }
  }

  /** By a gateway on the way, which tells neither end. */
  @Test
  void goes_on_where_its_connections_were_forgotten() {
    for (int i = 0; i < ROUNDS; i++) {
      freezeWhile(
          () -> {
            toStore.silence();
            toRedis.silence();
          });
      deposits();
    }
  }

  @Test
  void goes_on_where_its_neighbours_were_started_again() {
    for (int i = 0; i < ROUNDS; i++) {
      freezeWhile(
          () -> {
            stopNeighbours();
            startNeighbours();
          });
      deposits();
    }
  }

  @Test
  void says_so_where_its_neighbours_are_away_and_goes_on_once_they_are_back() {
    for (int i = 0; i < ROUNDS; i++) {
      String key = "key-" + i;
      freezeWhile(LambdaFreezeIT::stopNeighbours);
      assertThat(bank.deposit(account, 1, key).status()).isEqualTo(503);
      freezeWhile(LambdaFreezeIT::startNeighbours);
      isDeposited(
          await()
              .atMost(LIMIT)
              .until(() -> bank.deposit(account, 1, key), answer -> answer.status() != 503));
    }
  }

  private static void stopNeighbours() {
    neighbours.stopStore();
    neighbours.stopRedis();
  }

  private static void startNeighbours() {
    neighbours.startStore();
    neighbours.startRedis();
  }

  private static void freezeWhile(Runnable meanwhile) {
    Hang.during(
        function.process(),
        () -> {
          long end = System.nanoTime() + FROZEN.toNanos();
          meanwhile.run();
          LockSupport.parkNanos(end - System.nanoTime());
        });
  }

  private void deposits() {
    isDeposited(bank.deposit(account, 1));
  }

  /** The answer is right, and so is the next one to who asks what the account holds. */
  private void isDeposited(Answer deposit) {
    balance++;
    assertThat(deposit.status()).as(deposit.response().body()).isEqualTo(200);
    assertThat(deposit.header("etag")).isEqualTo("\"" + balance + "\"");
    Answer shown = bank.query("account?account=" + account, deposit.header("consistency-token"));
    assertThat(shown.body().path("balance").asLong()).isEqualTo(balance);
  }
}
