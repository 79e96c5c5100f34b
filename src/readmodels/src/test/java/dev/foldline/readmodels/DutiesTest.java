package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.readmodels.ProjectionRunner.Duty;
import dev.foldline.redis.Builds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Instances that divide what there is to do")
class DutiesTest {

  private static final Pace KEEPS_OFTEN = Ground.keeping(Duration.ofMillis(50), 600);

  @TempDir Path data;

  private Ground ground;
  private Ground.Instance applying;

  @BeforeEach
  void start() {
    ground = new Ground(data);
    applying = ground.start(Set.of(Duty.APPLY), KEEPS_OFTEN);
  }

  @AfterEach
  void stop() {
    ground.close();
  }

  private Ground.Instance build() {
    return ground.start(Set.of(Duty.BUILD), KEEPS_OFTEN);
  }

  private long checkpoint() {
    return new Builds(ground.models, Counting.sums(1))
        .checkpoints()
        .of(ground.active())
        .await()
        .atMost(Ground.LIMIT)
        .position();
  }

  @Test
  void apply_what_somebody_else_has_built() {
    ground.append(n + "-1", 1, 2);
    await()
        .atMost(Ground.LIMIT)
        .until(() -> applying.runner.describe().contains("are being built"));
    assertThat(ground.active()).isEmpty();

    Ground.Instance building = build();
    ground.awaitTotals(3, 2);
    ground.append(n + "-1", 4);
    ground.awaitTotals(7, 3);
    assertThat(building.runner.health().isSubscribed()).isFalse();
    assertThat(building.runner.figures().applied()).isZero();
  }

  @Test
  void know_how_far_others_have_come() {
    build();
    ground.append(n + "-1", 1, 2);
    ground.awaitTotals(3, 2);
    long before = checkpoint();
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(
            () -> {
              ground.append(n + "-1", 0);
              assertThat(checkpoint()).isGreaterThan(before);
            });
  }

  @Test
  void have_again_what_redis_has_lost() {
    build();
    ground.append(n + "-1", 1, 2);
    ground.awaitTotals(3, 2);
    ground.emptyRedis();
    ground.awaitTotals(3, 2);
    ground.append(n + "-2", 4);
    ground.awaitTotals(7, 3);
  }

  @Test
  void go_on_where_redis_comes_back_with_all_or_with_nothing() {
    build();
    ground.append(n + "-1", 1, 2);
    ground.awaitTotals(3, 2);
    ground.restartRedis();
    ground.append(n + "-1", 4);
    ground.awaitTotals(7, 3);
    ground.restartRedisEmpty();
    ground.awaitTotals(7, 3);
    long before = applying.runner.figures().applied();
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(
            () -> {
              ground.append(n + "-2", 0);
              assertThat(applying.runner.figures().applied()).isGreaterThan(before);
            });
  }

  @Test
  void notice_that_the_store_was_restored_from_a_backup() {
    Ground.Instance building = build();
    ground.append(n + "-1", 1, 2);
    ground.awaitTotals(3, 2);
    ground.stopStore();
    Ground.copy(data.resolve("store"), data.resolve("backup"));
    ground.startStore();
    await().atMost(Ground.LIMIT).until(() -> applying.runner.isReady());
    ground.append(n + "-1", LongStream.range(0, 100).map(_ -> 7).toArray());
    ground.awaitTotals(703, 102);
    awaitLandmark(101);

    applying.stop();
    building.stop();
    ground.stopStore();
    Ground.copy(data.resolve("backup"), data.resolve("store"));
    ground.startStore();
    applying = ground.start(Set.of(Duty.APPLY), KEEPS_OFTEN);
    build();
    ground.awaitTotals(3, 2);
  }

  private void awaitLandmark(long revision) {
    Builds builds = new Builds(ground.models, Counting.sums(1));
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(
            () ->
                assertThat(builds.landmark(ground.active()).await().atMost(Ground.LIMIT))
                    .hasValueSatisfying(found -> assertThat(found.revision()).isEqualTo(revision)));
  }

  @Test
  void go_on_where_whoever_builds_comes_and_goes() {
    build().stop();
    Ground.Instance second = build();
    ground.append(n + "-1", 1);
    ground.awaitTotals(1, 1);
    second.kill();
    ground.append(n + "-1", 2);
    ground.awaitTotals(3, 2);
    ground.emptyRedis();
    ground.append(n + "-1", 4);
    build();
    ground.awaitTotals(7, 3);
  }
}
