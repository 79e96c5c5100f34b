package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import dev.foldline.core.Outage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@DisplayName("A neighbour that goes away and comes back")
@Execution(ExecutionMode.CONCURRENT)
class NeighboursIT {

  private static final Duration RECOVERY = Duration.ofSeconds(60);

  /** Longer than nothing is told after something was, as at a slow start. */
  private static final Duration AWAY = Outage.PAUSE.plusSeconds(5);

  @TempDir Path data;

  private final String account = UUID.randomUUID().toString();
  private Neighbours neighbours;
  private BankProcess process;
  private BankClient bank;
  private long linesBefore;

  @BeforeEach
  void start() {
    neighbours = new Neighbours(data);
    process = BankProcess.start(neighbours.properties());
    bank = process.client();
    bank.open(account);
    bank.deposit(account, 100);
    seen(100);
    await().atMost(RECOVERY).until(() -> bank.get("q/health/ready").status() == 200);
    linesBefore = process.output().lines().count();
  }

  @AfterEach
  void stop() {
    process.close();
    neighbours.close();
  }

  @Test
  void the_event_store() {
    neighbours.stopStore();

    for (int i = 0; i < 3; i++) {
      Answer away = bank.deposit(account, 1);
      assertThat(away.status()).isEqualTo(503);
      assertThat(away.header("retry-after")).isNotEmpty();
      assertTellsNothing(away);
    }
    staysAway(() -> bank.deposit(account, 1).status() == 503);
    Answer health = bank.get("q/health");
    assertThat(health.status()).isEqualTo(503);
    assertThat(health.response().body()).doesNotContainPattern(HostileRequestsIT.INTERNALS);
    assertThat(bank.account(account).status()).isEqualTo(200);

    neighbours.startStore();
    await().atMost(RECOVERY).until(() -> bank.deposit(account, 50).status() == 200);
    seen(150);
    await().atMost(RECOVERY).until(() -> bank.get("q/health/ready").status() == 200);
    assertTold("The event store");
  }

  /** Nobody knows what became of a deposit that was sent to it, until it is asked for again. */
  @Test
  void the_event_store_that_hangs() {
    List<String> keys = Stream.generate(() -> UUID.randomUUID().toString()).limit(4).toList();
    neighbours.whileStoreHangs(
        () -> {
          for (String key : keys) {
            Answer unknown = bank.deposit(account, 10, key);
            assertThat(unknown.status()).isEqualTo(503);
            assertThat(unknown.header("retry-after")).isNotEmpty();
          }
          staysAway(() -> bank.deposit("another", 1).status() == 503);
        });

    for (String key : keys) {
      await().atMost(RECOVERY).until(() -> bank.deposit(account, 10, key).status() == 200);
    }
    seen(100 + 10 * keys.size());
    await().atMost(RECOVERY).until(() -> bank.get("q/health/ready").status() == 200);
    assertTold("The event store");
  }

  @Test
  void redis() {
    neighbours.stopRedis();

    Answer away = bank.account(account);
    assertThat(away.status()).isEqualTo(503);
    assertThat(away.header("retry-after")).isNotEmpty();
    assertTellsNothing(away);
    staysAway(() -> bank.account(account).status() == 503);
    Answer health = bank.get("q/health");
    assertThat(health.status()).isEqualTo(503);
    assertThat(health.response().body()).doesNotContainPattern(HostileRequestsIT.INTERNALS);
    Answer deposited = bank.deposit(account, 50);
    assertThat(deposited.status()).isEqualTo(200);
    Answer folded =
        bank.send(
            bank.request("account?account=" + account)
                .header("Consistency-Token", deposited.header("consistency-token"))
                .build());
    assertThat(folded.body().path("balance").asLong()).isEqualTo(150);
    assertThat(folded.header("consistency")).isEqualTo("folded");

    neighbours.startRedis();
    seen(150);
    await().atMost(RECOVERY).until(() -> bank.get("q/health/ready").status() == 200);
    assertTold("Redis");
  }

  private static void assertTellsNothing(Answer away) {
    assertThat(away.response().body()).doesNotContainPattern(HostileRequestsIT.INTERNALS);
    assertThat(away.body().path("traceId").asText()).matches("[0-9a-f]{32}");
  }

  /** For a while everyone asks for it: callers, probes, projections. */
  private void staysAway(BooleanSupplier seen) {
    await()
        .during(AWAY)
        .atMost(AWAY.plus(RECOVERY))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> seen.getAsBoolean() && bank.get("q/health/ready").status() == 503);
  }

  /**
   * Once that it is away and once that it is back. What the bank does by itself may find a
   * connection of before that the other one has closed.
   */
  private void assertTold(String neighbour) {
    List<String> lines =
        process
            .output()
            .lines()
            .skip(linesBefore)
            .filter(line -> line.contains(neighbour + " is "))
            .filter(line -> !line.contains("whole again after Redis was started again"))
            .toList();
    assertThat(lines).hasSizeBetween(2, 4);
    assertThat(lines.getFirst()).contains("WARN", neighbour + " is away: ");
    assertThat(lines.subList(1, lines.size() - 1))
        .allMatch(line -> line.contains(neighbour + " is still away, after "));
    assertThat(lines.getLast()).contains("INFO", neighbour + " is back, after ");
  }

  /** The read model comes to show this balance. */
  private void seen(long balance) {
    await()
        .atMost(RECOVERY)
        .until(() -> bank.account(account).body().path("balance").asLong(-1) == balance);
  }
}
