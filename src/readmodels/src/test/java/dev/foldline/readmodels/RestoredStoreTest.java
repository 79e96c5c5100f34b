package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Landmark;
import dev.foldline.redis.OnPoison;
import java.nio.file.Path;
import java.time.Duration;
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

  private static final Pace KEEPS_OFTEN = Ground.keeping(Duration.ofMillis(50), 600);

  private @TempDir Path data;
  private Ground ground;
  private Ground.Instance instance;
  private String build = "";

  @BeforeEach
  void applySomeThatTheBackupHas_andSomeThatItHasNot() {
    ground = new Ground(data);
    instance = ground.start(1);
    ground.append(n + "-1", 1, 2);
    ground.awaitTotals(3, 2);
    ground.stopStore();
    Ground.copy(data.resolve("store"), data.resolve("backup"));
    ground.startStore();
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    ground.append(n + "-1", LongStream.range(0, 100).map(_ -> 7).toArray());
    ground.awaitTotals(703, 102);
    build = ground.active();
    awaitLandmark(build, n + "-1", 101);
  }

  private Landmark landmark(String of) {
    return new Builds(ground.models, Counting.sums(1))
        .landmark(of)
        .await()
        .atMost(Ground.LIMIT)
        .orElseThrow();
  }

  private void awaitLandmark(String of, String stream, long revision) {
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(
            () ->
                assertThat(landmark(of))
                    .extracting(Landmark::stream, Landmark::revision)
                    .containsExactly(stream, revision));
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

  @Test
  void a_log_that_ends_earlier_is_noticed() {
    restore();
    ground.start(1);

    ground.awaitTotals(3, 2);
    assertThat(ground.active()).isNotEqualTo(build);
  }

  @Test
  void other_events_at_the_same_places_are_noticed() {
    restore();
    ground.append(n + "-1", LongStream.range(0, 200).map(_ -> 5).toArray());
    ground.start(1);

    ground.awaitTotals(1003, 202);
    assertThat(ground.active()).isNotEqualTo(build);
  }

  @Test
  void a_stream_that_the_backup_has_not_is_noticed() {
    ground.append(n + "-9", 1);
    ground.awaitTotals(704, 103);
    awaitLandmark(build, n + "-9", 0);
    restore();
    ground.append(n + "-5", LongStream.range(0, 300).map(_ -> 5).toArray());
    ground.start(1);

    ground.awaitTotals(1503, 302);
    assertThat(ground.active()).isNotEqualTo(build);
  }

  /** Whoever went on during the restore has an event in hand that is of the log before. */
  @Test
  void what_was_applied_before_is_no_landmark_of_the_next_build() {
    ground.stopStore();
    Ground.copy(data.resolve("backup"), data.resolve("store"));
    ground.startStore();
    ground.awaitTotals(3, 2);
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());

    ground.append(n + "-1", 1);
    ground.awaitTotals(4, 3);
    awaitLandmark(ground.active(), n + "-1", 2);
  }

  @Test
  void what_was_not_seen_at_the_start_is_noticed_at_the_fence() {
    restore();
    ground.append(n + "-0", LongStream.range(0, 200).map(_ -> 5).toArray());
    ground.append(n + "-1", LongStream.range(0, 50).map(_ -> 5).toArray());
    new Builds(ground.models, Counting.sums(1))
        .keep(build, landmarkOfFirst())
        .await()
        .atMost(Ground.LIMIT);
    ground.start(1);

    ground.awaitTotals(3 + 1250, 252);
    assertThat(ground.active()).isNotEqualTo(build);
  }

  private Landmark landmarkOfFirst() {
    return Landmark.of(
        ground.store().remaining(n + "-1", 0, 1).await().atMost(Ground.LIMIT).getFirst());
  }

  /** It comes through a link, whose position is not its own. */
  @Test
  void a_replayed_parked_event_is_no_landmark() throws Exception {
    instance.stop();
    instance = ground.new Instance(Counting.superstitiousSums(), OnPoison.HOLD);
    ground.append(n + "-2", 13);
    await().atMost(Ground.LIMIT).until(() -> ground.parked(Counting.sums(1)) == 1);
    instance.stop();
    Landmark before = landmark(build);
    instance = ground.new Instance(Counting.sums(1), OnPoison.HOLD, KEEPS_OFTEN);
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    new ParkedEvents(ground.store(), "bank:sums-" + n + "-v1")
        .replay()
        .await()
        .atMost(Ground.LIMIT);

    ground.awaitTotals(716, 103);
    await()
        .during(Duration.ofSeconds(1))
        .atMost(Ground.LIMIT)
        .untilAsserted(() -> assertThat(landmark(build)).isEqualTo(before));
  }

  @Test
  void a_store_that_was_only_stopped_is_trusted() {
    instance.stop();
    ground.stopStore();
    ground.startStore();
    ground.append(n + "-1", 1);
    ground.start(1);

    ground.awaitTotals(704, 103);
    assertThat(ground.active()).isEqualTo(build);
  }
}
