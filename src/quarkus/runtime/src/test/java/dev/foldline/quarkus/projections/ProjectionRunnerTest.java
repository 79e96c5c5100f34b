package dev.foldline.quarkus.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.quarkus.projections.Counting.Sum;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectionRunnerTest {

  private static final Projection<Sum, Counting> SUMS = Counting.sums(1);

  private Ground ground;

  @BeforeEach
  void start(@TempDir Path data) {
    ground = new Ground(data);
  }

  @AfterEach
  void stop() {
    ground.close();
  }

  private void awaitSum(Projection<Sum, ?> projection, String stream, long value, long events) {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(ground.document(projection, stream))
                    .hasValue(new View<>(stream, events - 1, new Sum(value, events))));
  }

  private void awaitSettled(Projection<?, ?> projection, long unsettled) {
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(() -> assertThat(ground.unsettled(projection)).isEqualTo(unsettled));
  }

  private void awaitTotals(long sum, long events) {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(ground.totals(SUMS))
                    .containsEntry("sum", BigInteger.valueOf(sum))
                    .containsEntry("events", BigInteger.valueOf(events)));
  }

  @Test
  void buildsWhatWasBefore_andAppliesWhatComes() {
    ground.append("n-1", 1, 2, 3);
    var instance = ground.start(1);
    awaitSum(SUMS, "n-1", 6, 3);
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    assertThat(instance.runner.health().losses()).isZero();
    assertThat(instance.runner.buildRatio()).isEqualTo(1);
    ground.append("n-1", 4);
    ground.append("n-2", 5);
    awaitSum(SUMS, "n-1", 10, 4);
    awaitSum(SUMS, "n-2", 5, 1);
    awaitSettled(SUMS, 0);
    assertThat(ground.totals(SUMS)).containsEntry("sum", BigInteger.valueOf(15));
  }

  @Test
  void anEmptiedRedisIsNoticedAndBuiltAgain() {
    ground.append("n-1", 1, 2, 3);
    ground.start(1);
    awaitSum(SUMS, "n-1", 6, 3);
    ground.append("n-2", 1);
    awaitSum(SUMS, "n-2", 1, 1);

    ground.emptyRedis();
    ground.append("n-2", 1);

    awaitSum(SUMS, "n-2", 2, 2);
    awaitSum(SUMS, "n-1", 6, 3);
    awaitSettled(SUMS, 0);
    assertThat(ground.totals(SUMS)).containsEntry("sum", BigInteger.valueOf(8));
  }

  @Test
  void anEmptiedRedisIsNoticedThoughNothingHappens() {
    ground.append("n-1", 1, 2, 3);
    ground.start(1);
    awaitSum(SUMS, "n-1", 6, 3);

    ground.restartRedisEmpty();

    awaitSum(SUMS, "n-1", 6, 3);
  }

  @Test
  void aRedisThatLostItsLastWritesIsNoticedAndMended_thoughTheirEventsWereAcknowledged() {
    ground.append("n-1", 1);
    ground.start(1);
    awaitSum(SUMS, "n-1", 1, 1);
    ground.append("n-2", 2);
    awaitSum(SUMS, "n-2", 2, 1);
    ground.rememberRedis();
    loseThis();

    ground.restartOlderRedis();

    awaitMended();
  }

  @Test
  void aRedisThatLostItsLastWritesWhileNobodyWasThereIsMendedToo() {
    ground.append("n-1", 1);
    var instance = ground.start(1);
    awaitSum(SUMS, "n-1", 1, 1);
    ground.append("n-2", 2);
    awaitSum(SUMS, "n-2", 2, 1);
    ground.rememberRedis();
    loseThis();
    instance.stop();

    ground.restartOlderRedis();
    ground.start(1);

    awaitMended();
  }

  /** More than a group keeps its checkpoint for, so that the server would not bring them again. */
  private void loseThis() {
    for (int i = 3; i < 53; i++) {
      ground.append("n-" + i, i);
    }
    ground.append("n-1", 10);
    awaitTotals(1 + 2 + 10 + IntStream.range(3, 53).sum(), 53);
    awaitSettled(SUMS, 0);
  }

  private void awaitMended() {
    awaitSum(SUMS, "n-1", 11, 2);
    awaitSum(SUMS, "n-2", 2, 1);
    awaitSum(SUMS, "n-52", 52, 1);
    awaitTotals(1 + 2 + 10 + IntStream.range(3, 53).sum(), 53);
    awaitSettled(SUMS, 0);
  }

  @Test
  void goesOnAfterRedisAndTheStoreWereAway() {
    ground.start(1);
    for (long round = 1; round <= 3; round++) {
      ground.append("n-1", 1);
      awaitSum(SUMS, "n-1", 2 * round - 1, 2 * round - 1);
      ground.restartRedis();
      ground.stopStore();
      ground.startStore();
      ground.append("n-1", 1);
      awaitSum(SUMS, "n-1", 2 * round, 2 * round);
    }
    awaitSettled(SUMS, 0);
  }

  @Test
  void aNewVersionIsBuiltBesideTheOldOne_andSwitchedToAndBack() {
    Projection<Sum, Counting> two = Counting.sums(2);
    ground.append("n-1", 1, 2, 3);
    ground.start(1);
    awaitSum(SUMS, "n-1", 6, 3);

    var fresh = ground.start(2);
    await().atMost(Ground.LIMIT).until(() -> fresh.runner.health().isSubscribed());
    ground.append("n-1", 4);
    awaitSum(two, "n-1", 10, 4);
    awaitSettled(SUMS, 0);
    awaitSettled(two, 0);

    fresh.runner.switchBack().await().atMost(Ground.LIMIT);
    awaitSum(two, "n-1", 10, 4);
    ground.append("n-1", 5);
    awaitSum(two, "n-1", 15, 5);
  }

  @Test
  void aRebuildGoesOnWhereItWas_whileQueriesAreAnswered() throws Exception {
    var instance = ground.start(1);
    for (int stream = 0; stream < 50; stream++) {
      ground.append("n-" + stream, LongStream.range(0, 200).toArray());
    }
    awaitSum(SUMS, "n-49", 19_900, 200);
    int written = 0;
    while (!instance.runner.rebuild(Duration.ZERO)) {
      assertThat(ground.totals(SUMS)).containsKey("sum");
      if (written < 5) {
        ground.append("n-" + written, 0);
        written++;
      }
    }
    assertThat(written).isEqualTo(5);
    awaitTotals(50 * 19_900, 10_005);
    ground.append("n-0", 1);
    awaitTotals(50 * 19_900 + 1, 10_006);
    awaitSettled(SUMS, 0);
  }
}
