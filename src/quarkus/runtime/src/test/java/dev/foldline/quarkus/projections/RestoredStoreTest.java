package dev.foldline.quarkus.projections;

import static dev.foldline.quarkus.projections.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Unavailable;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Landmark;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store is restored from a backup, and Redis is not: every instance was ended before, and is
 * started after it. What the store does not have any more is in no read model.
 */
class RestoredStoreTest {

  private @TempDir Path data;
  private Ground ground;
  private Ground.Instance instance;
  private String build = "";

  @BeforeEach
  void applySomeThatTheBackupHas_andSomeThatItHasNot() {
    ground = new Ground(data);
    instance = ground.start(1);
    ground.append(n + "-1", 1, 2);
    awaitTotals(3, 2);
    ground.stopStore();
    Ground.copy(data.resolve("store"), data.resolve("backup"));
    ground.startStore();
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    ground.append(n + "-1", LongStream.range(0, 100).map(_ -> 7).toArray());
    awaitTotals(703, 102);
    build = ground.active();
    await()
        .atMost(Ground.LIMIT)
        .until(
            () ->
                new Builds(ground.models, Counting.sums(1))
                        .landmark(build)
                        .await()
                        .atMost(Ground.LIMIT)
                        .orElseThrow()
                        .revision()
                    == 101);
  }

  @AfterEach
  void stop() {
    ground.close();
  }

  private void restore() {
    instance.stop();
    ground.stopStore();
    Ground.copy(data.resolve("backup"), data.resolve("store"));
    ground.startStore();
  }

  private void awaitTotals(long sum, long events) {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(ground.totals(Counting.sums(1)))
                    .isEqualTo(
                        Map.of(
                            "sum", BigInteger.valueOf(sum), "events", BigInteger.valueOf(events))));
  }

  @Test
  void aLogThatEndsEarlierIsNoticed() {
    restore();
    ground.start(1);

    awaitTotals(3, 2);
    assertThat(ground.active()).isNotEqualTo(build);
  }

  @Test
  void otherEventsAtTheSamePlacesAreNoticed() {
    restore();
    ground.append(n + "-1", LongStream.range(0, 200).map(_ -> 5).toArray());
    ground.start(1);

    awaitTotals(1003, 202);
    assertThat(ground.active()).isNotEqualTo(build);
  }

  @Test
  void whatWasNotSeenAtTheStartIsNoticedAtTheFence() {
    restore();
    ground.append(n + "-0", LongStream.range(0, 200).map(_ -> 5).toArray());
    ground.append(n + "-1", LongStream.range(0, 50).map(_ -> 5).toArray());
    new Builds(ground.models, Counting.sums(1))
        .keep(build, landmarkOfFirst())
        .await()
        .atMost(Ground.LIMIT);
    ground.start(1);

    awaitTotals(3 + 1250, 252);
    assertThat(ground.active()).isNotEqualTo(build);
  }

  private Landmark landmarkOfFirst() {
    return Landmark.of(ground.store().read(n + "-1", 0, 1).await().atMost(Ground.LIMIT).getFirst());
  }

  @Test
  void aStoreThatWasOnlyStoppedIsTrusted() {
    instance.stop();
    ground.stopStore();
    ground.startStore();
    ground.append(n + "-1", 1);
    ground.start(1);

    awaitTotals(704, 103);
    assertThat(ground.active()).isEqualTo(build);
  }
}
