package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.redis.Builds;
import dev.foldline.redis.OnPoison;
import dev.foldline.testing.EventStoreServer;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProjectionRunnerTest extends GroundFixture {

  private void awaitSum(Projection<Sum> projection, String stream, long value, long events) {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(ground.document(projection, stream))
                    .hasValue(new View<>(stream, events - 1, new Sum(value, events))));
  }

  private void awaitSettled(Projection<?> projection, long unsettled) {
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(() -> assertThat(ground.unsettled(projection)).isEqualTo(unsettled));
  }

  @Test
  void builds_what_was_before_and_applies_what_comes() {
    ground.append(n + "-1", 1, 2, 3);
    var instance = ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 6, 3);
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    assertThat(instance.runner.health().losses()).isZero();
    assertThat(instance.runner.buildRatio()).isEqualTo(1);
    ground.append(n + "-1", 4);
    ground.append(n + "-2", 5);
    awaitSum(Counting.sums(1), n + "-1", 10, 4);
    awaitSum(Counting.sums(1), n + "-2", 5, 1);
    awaitSettled(Counting.sums(1), 0);
    assertThat(ground.totals(Counting.sums(1))).containsEntry("sum", BigInteger.valueOf(15));
  }

  @Test
  void an_emptied_redis_is_noticed_and_built_again() {
    ground.append(n + "-1", 1, 2, 3);
    ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 6, 3);
    ground.append(n + "-2", 1);
    awaitSum(Counting.sums(1), n + "-2", 1, 1);

    ground.emptyRedis();
    ground.append(n + "-2", 1);

    awaitSum(Counting.sums(1), n + "-2", 2, 2);
    awaitSum(Counting.sums(1), n + "-1", 6, 3);
    awaitSettled(Counting.sums(1), 0);
    assertThat(ground.totals(Counting.sums(1))).containsEntry("sum", BigInteger.valueOf(8));
  }

  @Test
  void an_emptied_redis_is_noticed_though_nothing_happens() {
    ground.append(n + "-1", 1, 2, 3);
    ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 6, 3);

    ground.restartRedisEmpty();

    awaitSum(Counting.sums(1), n + "-1", 6, 3);
  }

  @Test
  void
      a_redis_that_lost_its_last_writes_is_noticed_and_mended_though_their_events_were_acknowledged() {
    ground.append(n + "-1", 1);
    ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 1, 1);
    ground.append(n + "-2", 2);
    awaitSum(Counting.sums(1), n + "-2", 2, 1);
    ground.rememberRedis();
    loseThis();

    ground.restartOlderRedis();

    awaitMended();
  }

  @Test
  void a_redis_that_lost_its_last_writes_while_nobody_was_there_is_mended_too() {
    ground.append(n + "-1", 1);
    var instance = ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 1, 1);
    ground.append(n + "-2", 2);
    awaitSum(Counting.sums(1), n + "-2", 2, 1);
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
      ground.append(n + "-" + i, i);
    }
    ground.append(n + "-1", 10);
    ground.awaitTotals(1 + 2 + 10 + IntStream.range(3, 53).sum(), 53);
    awaitSettled(Counting.sums(1), 0);
  }

  private void awaitMended() {
    awaitSum(Counting.sums(1), n + "-1", 11, 2);
    awaitSum(Counting.sums(1), n + "-2", 2, 1);
    awaitSum(Counting.sums(1), n + "-52", 52, 1);
    ground.awaitTotals(1 + 2 + 10 + IntStream.range(3, 53).sum(), 53);
    awaitSettled(Counting.sums(1), 0);
  }

  @Test
  void goes_on_after_redis_and_the_store_were_away() {
    ground.start(1);
    for (long round = 1; round <= 3; round++) {
      ground.append(n + "-1", 1);
      awaitSum(Counting.sums(1), n + "-1", 2 * round - 1, 2 * round - 1);
      ground.restartRedis();
      ground.stopStore();
      ground.startStore();
      ground.append(n + "-1", 1);
      awaitSum(Counting.sums(1), n + "-1", 2 * round, 2 * round);
    }
    awaitSettled(Counting.sums(1), 0);
  }

  @Test
  void a_new_version_is_built_beside_the_old_one_and_switched_to_and_back() {
    Projection<Sum> two = Counting.sums(2);
    ground.append(n + "-1", 1, 2, 3);
    ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 6, 3);

    var fresh = ground.start(2);
    await().atMost(Ground.LIMIT).until(() -> fresh.runner.health().isSubscribed());
    ground.append(n + "-1", 4);
    awaitSum(two, n + "-1", 10, 4);
    awaitSettled(Counting.sums(1), 0);
    awaitSettled(two, 0);

    fresh.runner.switchBack().await().atMost(Ground.LIMIT);
    awaitSum(two, n + "-1", 10, 4);
    ground.append(n + "-1", 5);
    awaitSum(two, n + "-1", 15, 5);
  }

  @Test
  void a_version_that_is_rolled_back_is_not_read_any_more() {
    var hasty = Ground.keeping(Duration.ofMillis(100), 20);
    Projection<Sum> two = Counting.sums(2);
    ground.append(n + "-1", 1);
    ground.new Instance(Counting.sums(1), OnPoison.HOLD, hasty);
    awaitSum(Counting.sums(1), n + "-1", 1, 1);
    var fresh = ground.new Instance(two, OnPoison.HOLD, hasty);
    await().atMost(Ground.LIMIT).until(() -> ground.active().startsWith("2."));
    ground.append(n + "-1", 2);
    awaitSum(two, n + "-1", 3, 2);
    assertThat(ground.active()).startsWith("2.");

    fresh.stop();
    ground.append(n + "-1", 3);

    awaitSum(Counting.sums(1), n + "-1", 6, 3);
    assertThat(ground.active()).startsWith("1.");
    ground.new Instance(two, OnPoison.HOLD, hasty);
    await().atMost(Ground.LIMIT).until(() -> unsettled(two) == 0);
    assertThat(ground.active()).startsWith("1.");
  }

  private long unsettled(Projection<?> projection) throws Exception {
    return ground.unsettled(projection);
  }

  @Test
  void a_redis_that_may_evict_is_not_ready_and_a_total_that_it_evicted_is_built_again() {
    var hasty = Ground.keeping(Duration.ofMillis(100), 1_000);
    ground.append(n + "-1", 1, 2);
    var instance = ground.new Instance(Counting.sums(1), OnPoison.HOLD, hasty);
    awaitSum(Counting.sums(1), n + "-1", 3, 2);
    await().atMost(Ground.LIMIT).until(instance.runner::isReady);

    ground.mayEvict("allkeys-lru");
    await().atMost(Ground.LIMIT).until(() -> !instance.runner.isReady());
    assertThat(instance.runner.describe())
        .contains("subscribed", "Redis may evict read models, by its maxmemory-policy allkeys-lru");
    ground.mayEvict("volatile-lru");
    await().atMost(Ground.LIMIT).until(instance.runner::isReady);
    String before = ground.active();
    for (int partition = 0; partition < 16; partition++) {
      ground.redis(
          "DEL", "foldline:1:bank:{sums-" + n + ":" + before + ":" + partition + "}:totals:all");
    }

    await().atMost(Ground.LIMIT).until(() -> !ground.active().equals(before));
    ground.awaitTotals(3, 2);
  }

  @Test
  void a_redis_that_may_evict_is_named_before_there_is_a_build() {
    var hasty = Ground.keeping(Duration.ofMillis(100), 1_000);
    ground.mayEvict("allkeys-lru");
    Builds builds = new Builds(ground.models, Counting.sums(1));
    builds.turns().lease("another one", Duration.ofHours(1)).await().atMost(Ground.LIMIT);
    var instance = ground.new Instance(Counting.sums(1), OnPoison.HOLD, hasty);

    await()
        .atMost(Ground.LIMIT)
        .until(() -> instance.runner.describe().contains("Redis may evict read models"));
    assertThat(instance.runner.isReady()).isFalse();
  }

  @Test
  void a_rebuild_goes_on_where_it_was_while_queries_are_answered() throws Exception {
    var instance = ground.start(1);
    for (int stream = 0; stream < 50; stream++) {
      ground.append(n + "-" + stream, LongStream.range(0, 200).toArray());
    }
    awaitSum(Counting.sums(1), n + "-49", 19_900, 200);
    for (int slice = 0; slice < 5; slice++) {
      assertThat(instance.runner.rebuild(Duration.ZERO)).map(Slice::complete).hasValue(false);
      assertThat(ground.totals(Counting.sums(1))).containsKey("sum");
      ground.append(n + "-" + slice, 0);
    }
    await()
        .atMost(Ground.LIMIT)
        .until(
            () ->
                instance.runner.rebuild(Duration.ofSeconds(1)).filter(Slice::complete).isPresent());
    ground.awaitTotals(50 * 19_900, 10_005);
    ground.append(n + "-0", 1);
    ground.awaitTotals(50 * 19_900 + 1, 10_006);
    awaitSettled(Counting.sums(1), 0);
  }

  @Test
  void a_build_is_not_left_closed_however_much_is_written_before_it_is_replaced() throws Exception {
    EventStoreServer.mustBeOwn("reads the log from its beginning, a page at a time");
    ground.append(n + "-1", 1);
    var instance = ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 1, 1);
    instance.stop();
    Builds builds = new Builds(ground.models, Counting.sums(1));
    AtomicInteger written = new AtomicInteger();
    Building building =
        ground.building(
            Counting.sums(1),
            () -> {
              while (isClosed(builds) && written.get() < 3_000) {
                ground.append(n + "-2", LongStream.range(0, 1_000).toArray());
                written.addAndGet(1_000);
              }
            });

    await()
        .atMost(Ground.LIMIT)
        .until(
            () -> {
              boolean complete = building.slice(Duration.ZERO).orElseThrow().complete();
              assertThat(isClosed(builds)).isFalse();
              return complete;
            });

    assertThat(written).hasValue(3_000);
    assertThat(ground.totals(Counting.sums(1))).containsEntry("events", BigInteger.valueOf(3_001));
  }

  private static boolean isClosed(Builds builds) {
    return builds.live().await().atMost(Ground.LIMIT).isEmpty();
  }

  @Test
  void a_second_builder_is_told_that_there_is_one_and_not_how_far_it_was_itself() throws Exception {
    ground.append(n + "-1", 1);
    var instance = ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 1, 1);
    Builds builds = new Builds(ground.models, Counting.sums(1));
    await()
        .atMost(Ground.LIMIT)
        .until(() -> builds.turns().lease("another", Ground.LIMIT).await().atMost(Ground.LIMIT));

    assertThat(instance.runner.rebuild(Ground.LIMIT)).isEmpty();
  }

  @Test
  void a_second_builder_does_not_wait_for_the_first() {
    ground.append(n + "-1", 1);
    var instance = ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 1, 1);

    ground.whileRedisHangs(
        () -> {
          var rebuilds = Stream.of(1, 2).map(_ -> rebuild(instance)).toList();
          var first = CompletableFuture.anyOf(rebuilds.toArray(CompletableFuture<?>[]::new));
          assertThat(first).succeedsWithin(Ground.LIMIT).isEqualTo(Optional.empty());
        });
  }

  private static CompletableFuture<Optional<Slice>> rebuild(Ground.Instance instance) {
    return CompletableFuture.supplyAsync(() -> rebuilt(instance), Thread::startVirtualThread);
  }

  private static Optional<Slice> rebuilt(Ground.Instance instance) {
    try {
      return instance.runner.rebuild(Duration.ofMillis(100));
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  @Test
  void what_a_dead_builder_left_is_removed() {
    ground.append(n + "-1", 1);
    var first = ground.start(1);
    awaitSum(Counting.sums(1), n + "-1", 1, 1);
    first.stop();
    Builds builds = new Builds(ground.models, Counting.sums(1));
    builds.begin().chain(begun -> builds.activate(begun.build())).await().atMost(Ground.LIMIT);
    assertThat(builds.unneeded().await().atMost(Ground.LIMIT)).hasSize(1);

    ground.start(1);

    await()
        .atMost(Ground.LIMIT)
        .until(() -> builds.unneeded().await().atMost(Ground.LIMIT).isEmpty());
  }
}
