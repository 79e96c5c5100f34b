package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Category;
import dev.foldline.core.NotFound;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.readmodels.ProjectionRunner.Duty;
import dev.foldline.redis.Builds;
import dev.foldline.redis.History;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.Projector;
import dev.foldline.testing.JavaProcess;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Events for 200 streams, while at random the store, Redis and one of the projector processes,
 * which do all there is to do or divide it, are killed as by {@code kill -9}, Redis comes back with
 * all, with less or with nothing, loses a key, connections break or go silent, handlers are slow,
 * streams are deleted and tombstoned while their events are on their way, and events come twice and
 * in another order; and the store, Redis and a projector hang, each for longer than a call is
 * waited for. In the end every view is the fold of its stream, every total the sum over all
 * streams, and nothing is left but a poison event, which holds up its own stream, or not even that.
 *
 * <p>{@code -Dchaos.steps=2000 -Dchaos.seed=7 -Dchaos.hang=90} for the long form: 90 seconds are
 * longer than all time-outs, those that connections and subscriptions have too.
 */
class ChaosTest {

  private static final int STREAMS = 200;

  private static String poisoned() {
    return n + "-poisoned";
  }

  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final long seed = Long.getLong("chaos.seed", 20_261_121);
  private final int steps = Integer.getInteger("chaos.steps", 8);
  private final Duration hang = Duration.ofSeconds(Integer.getInteger("chaos.hang", 4));
  private final Random random = new Random(seed);
  private final Map<String, long[]> sums = new HashMap<>();
  private final Set<String> tombstoned = new HashSet<>();

  @ParameterizedTest
  @EnumSource
  void every_view_is_the_fold_of_its_stream(OnPoison onPoison, @TempDir Path data) {
    try (Ground ground = new Ground(data, true)) {
      ground.rememberRedis();
      List<Runner> instances = new ArrayList<>();
      duties(onPoison).forEach(each -> instances.add(startOne(ground, onPoison, each)));
      // What was there before the group is built, not delivered, and so no server parks it.
      await().atMost(LIMIT).until(() -> !ground.active().isEmpty());
      for (int step = 0; step < steps; step++) {
        appendSome(ground);
        if (step == steps / 2) {
          appendPoison(ground);
        }
        disturb(ground, instances, onPoison);
      }
      delete(ground);
      hang(ground, instances);
      if (onPoison == OnPoison.HOLD) {
        // Else nobody builds anew what went on with another Redis.
        ground.evict(random, "totals:");
      }
      // One that is not disturbed, so that the last streams get their last events.
      appendSome(ground);
      verify(ground, onPoison);
    }
  }

  private void appendSome(Ground ground) {
    for (int i = 0; i < 40; i++) {
      String stream = living(n + "-" + random.nextInt(STREAMS));
      long[] numbers = random.longs(1L + random.nextInt(5), -1_000_000, 1_000_000).toArray();
      ground.append(stream, numbers);
      long[] sum = sums.computeIfAbsent(stream, _ -> new long[2]);
      for (long number : numbers) {
        sum[0] += number;
        sum[1]++;
      }
    }
  }

  /** A tombstoned stream has a heir. */
  private String living(String stream) {
    return tombstoned.contains(stream) ? living(stream + "+") : stream;
  }

  /** What was written counts, however soon its stream is deleted, and whoever has it in hand. */
  private void delete(Ground ground) {
    for (int i = 0; i < 20; i++) {
      String stream = living(n + "-" + random.nextInt(STREAMS));
      ground.append(stream, 1, 2, 3);
      sums.merge(stream, new long[] {6, 3}, (a, b) -> new long[] {a[0] + b[0], a[1] + b[1]});
      ground.delete(stream, random.nextBoolean() && tombstoned.add(stream));
    }
  }

  private record Runner(JavaProcess process, Set<Duty> duties) {}

  private static List<Set<Duty>> duties(OnPoison onPoison) {
    return switch (onPoison) {
      case HOLD -> List.of(EnumSet.allOf(Duty.class), EnumSet.allOf(Duty.class));
      case PASS -> List.of(Set.of(Duty.APPLY), Set.of(Duty.APPLY), Set.of(Duty.BUILD));
    };
  }

  /** Its events take it some time, or none. */
  private Runner startOne(Ground ground, OnPoison onPoison, Set<Duty> duties) {
    Duration slowness = Duration.ofNanos(random.nextInt(2) * 500_000L);
    return new Runner(ground.startProcess(1, onPoison, slowness, duties), duties);
  }

  private void appendPoison(Ground ground) {
    ground.append(poisoned(), 1, 2);
    ground.append(poisoned(), List.of(Ground.event("unheard-of", "{}")));
    ground.append(poisoned(), 3);
  }

  private void disturb(Ground ground, List<Runner> instances, OnPoison onPoison) {
    switch (random.nextInt(20)) {
      case 0, 1 -> {
        ground.stopStore();
        ground.startStore();
      }
      case 2 -> ground.restartRedis();
      case 3 -> ground.restartRedisEmpty();
      case 4, 5 -> ground.rememberRedis();
      case 6 -> ground.restartOlderRedis();
      case 7, 8 -> {
        Runner killed = instances.remove(random.nextInt(instances.size()));
        killed.process().close();
        instances.add(startOne(ground, onPoison, killed.duties()));
      }
      case 9, 10 -> ground.cutCables();
      case 11, 12, 13 -> repeat(ground, onPoison);
      case 14 -> ground.silenceCables();
      case 15 -> ground.evict(random, "");
      case 16 -> delete(ground);
      default -> {
        // Let it be for once.
      }
    }
  }

  /** Connections go silent, and each neighbour hangs, while events come. */
  private void hang(Ground ground, List<Runner> instances) {
    ground.silenceCables();
    appendSome(ground);
    ground.whileStoreHangs(this::pass);
    Runnable appends =
        () -> {
          appendSome(ground);
          pass();
        };
    appendSome(ground);
    ground.whileRedisHangs(appends);
    // The other one meets what this one has in hand as gaps, in streams that are gone by then.
    instances
        .getFirst()
        .process()
        .hangWhile(
            () -> {
              delete(ground);
              appends.run();
            });
  }

  private void pass() {
    LockSupport.parkNanos(hang.toNanos());
  }

  /** What was delivered comes again, in another order, past the subscription. */
  private void repeat(Ground ground, OnPoison onPoison) {
    List<Recorded<StoredEvent>> again = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String stream = n + "-" + random.nextInt(STREAMS);
      again.addAll(
          ground
              .store()
              .remaining(stream, 0, 50)
              .onFailure(NotFound.class)
              .recoverWithItem(List.of())
              .await()
              .atMost(Ground.LIMIT));
    }
    again.addAll(List.copyOf(again));
    Collections.shuffle(again, random);
    try {
      Optional<String> live =
          new Builds(ground.models, Counting.sums(1)).live().await().atMost(Ground.LIMIT);
      live.ifPresent(
          build -> rogue(ground, build, onPoison).apply(again).await().atMost(Ground.LIMIT));
    } catch (Unavailable e) {
      // Redis lost something just then.
      assertThat(e.code()).isEqualTo("unavailable");
    }
  }

  private static Projector<StoredEvent, Sum> rogue(Ground ground, String build, OnPoison onPoison) {
    Category<Counting> category = Counting.category();
    EventCodec codec = new EventCodec(List.of(category));
    return new Projector<>(
        ground.models,
        Counting.sums(1),
        build,
        onPoison,
        Projector.Passing.UNHEARD,
        stored -> codec.decode(stored, category),
        new History<>(ground.store()::remaining, ground.store()::before));
  }

  private void verify(Ground ground, OnPoison onPoison) {
    View<Sum> poisoned =
        switch (onPoison) {
          case HOLD -> new View<>(poisoned(), 1, new Sum(3, 2));
          case PASS -> new View<>(poisoned(), 3, new Sum(6, 3));
        };
    Map<String, View<Sum>> views = new HashMap<>(Map.of(poisoned(), poisoned));
    sums.forEach(
        (stream, sum) ->
            views.put(stream, new View<>(stream, sum[1] - 1, new Sum(sum[0], sum[1]))));
    await("seed " + seed)
        .atMost(LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(ground.totals(Counting.sums(1)))
                    .containsEntry("events", total(views, Sum::events))
                    .containsEntry("sum", total(views, Sum::value)));
    views.forEach(
        (stream, view) ->
            assertThat(ground.document(Counting.sums(1), stream))
                .as("%s, seed %d", stream, seed)
                .hasValue(view));
    await("seed " + seed)
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(ground.unsettled(Counting.sums(1)))
                    .isEqualTo(ground.parked(Counting.sums(1))));
    Map<String, Long> best = new HashMap<>();
    views.forEach(
        (stream, view) -> best.merge(Counting.owner(stream), view.document().value(), Long::sum));
    assertThat(Ground.best(ground.views, Counting.sums(1))).as("seed %d", seed).isEqualTo(best);
    Parking<?> parking = ground.new Instance(Counting.sums(1), onPoison).runner.parking();
    await("seed " + seed)
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(parking.list().await().atMost(Ground.LIMIT))
                    .extracting(each -> each.ref().toString())
                    .containsExactlyInAnyOrderElementsOf(
                        switch (onPoison) {
                          case HOLD -> List.of(poisoned() + "@2", poisoned() + "@3");
                          case PASS -> List.of(poisoned() + "@2");
                        }));
  }

  private static BigInteger total(Map<String, View<Sum>> views, ToLongFunction<Sum> part) {
    return views.values().stream()
        .map(view -> BigInteger.valueOf(part.applyAsLong(view.document())))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }
}
