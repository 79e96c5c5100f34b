package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Outage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@DisplayName("The log while a neighbour is away")
@Execution(ExecutionMode.CONCURRENT)
class LogsIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Longer than nothing is told after something was, as at a slow start. */
  private static final Duration AWAY = Outage.PAUSE.plusSeconds(5);

  @TempDir Path data;

  private final String account = UUID.randomUUID().toString();
  private Neighbours neighbours;
  private BankProcess process;
  private BankClient bank;

  @BeforeEach
  void start() {
    neighbours = new Neighbours(data);
    process = BankProcess.start(neighbours.properties());
    bank = process.client();
    bank.open(account);
    await().atMost(LIMIT).until(this::isWell);
  }

  @AfterEach
  void stop() {
    process.close();
    neighbours.close();
  }

  private boolean isWell() {
    return bank.deposit(account, 1).status() == 200
        && bank.account(account).status() == 200
        && bank.get("q/health/ready").status() == 200;
  }

  @Test
  void says_once_that_the_event_store_is_away_and_once_that_it_is_back() {
    long before = process.output().lines().count();
    neighbours.stopStore();
    isAway(() -> bank.deposit(account, 1).status() == 503);
    neighbours.startStore();
    await().atMost(LIMIT).until(this::isWell);

    assertTold(linesAfter(before), "The event store");
  }

  @Test
  void says_once_that_the_event_store_hangs_and_once_that_it_is_back() {
    long before = process.output().lines().count();
    neighbours.whileStoreHangs(() -> isAway(() -> bank.deposit(account, 1).status() == 503));
    await().atMost(LIMIT).until(this::isWell);

    assertTold(linesAfter(before), "The event store");
  }

  @Test
  void says_once_that_redis_is_away_and_once_that_it_is_back() {
    long before = process.output().lines().count();
    neighbours.stopRedis();
    isAway(() -> bank.account(account).status() == 503);
    bank.deposit(account, 1);
    neighbours.startRedis();
    await().atMost(LIMIT).until(this::isWell);

    assertTold(
        linesAfter(before).stream()
            .filter(line -> !line.contains("whole again after Redis was started again"))
            .toList(),
        "Redis");
  }

  /** What the bank does by itself may find a connection of before that the other one has closed. */
  private static void assertTold(List<String> all, String neighbour) {
    List<String> lines = all.stream().filter(line -> line.contains(neighbour + " is ")).toList();
    assertThat(lines).hasSizeBetween(2, 4);
    assertThat(lines.getFirst()).contains("WARN", neighbour + " is away: ");
    assertThat(lines.subList(1, lines.size() - 1))
        .allMatch(line -> line.contains(neighbour + " is still away, after "));
    assertThat(lines.getLast()).contains("INFO", neighbour + " is back, after ");
  }

  /** For a while everyone asks for it: callers, probes, projections. */
  private void isAway(BooleanSupplier seen) {
    await()
        .during(AWAY)
        .atMost(AWAY.plus(LIMIT))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> seen.getAsBoolean() && bank.get("q/health/ready").status() == 503);
  }

  private List<String> linesAfter(long before) {
    return process.output().lines().skip(before).toList();
  }
}
