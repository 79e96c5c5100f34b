package dev.foldline.quarkus.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.StoredEvent;
import dev.foldline.quarkus.projections.Counting.Sum;
import dev.foldline.redis.Builds;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.Projector;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Events for 200 streams, while at random the store and Redis are restarted or emptied, one of two
 * projector processes is killed as by {@code kill -9}, connections break, handlers are slow, and
 * events come twice and in another order. In the end every view is the fold of its stream, every
 * total the sum over all streams, and nothing is left but a poison event, which holds up its own
 * stream alone.
 *
 * <p>{@code -Dchaos.steps=2000 -Dchaos.seed=7} for the long form.
 */
class ChaosTest {

  private static final int STREAMS = 200;
  private static final String POISONED = "n-poisoned";
  private static final Projection<Sum, Counting> SUMS = Counting.sums(1);
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final long seed = Long.getLong("chaos.seed", 20_261_121);
  private final int steps = Integer.getInteger("chaos.steps", 30);
  private final Random random = new Random(seed);
  private final Map<String, long[]> sums = new HashMap<>();

  @Test
  void everyViewIsTheFoldOfItsStream(@TempDir Path data) {
    try (Ground ground = new Ground(data)) {
      List<ProjectorProcess> instances = new ArrayList<>();
      instances.add(startOne(ground));
      instances.add(startOne(ground));
      for (int step = 0; step < steps; step++) {
        appendSome(ground);
        if (step == steps / 2) {
          appendPoison(ground);
        }
        disturb(ground, instances);
      }
      // One that is not disturbed, so that the last streams get their last events.
      appendSome(ground);
      verify(ground);
    }
  }

  private void appendSome(Ground ground) {
    for (int i = 0; i < 40; i++) {
      String stream = "n-" + random.nextInt(STREAMS);
      long[] numbers = random.longs(1L + random.nextInt(5), -1_000_000, 1_000_000).toArray();
      ground.append(stream, numbers);
      long[] sum = sums.computeIfAbsent(stream, _ -> new long[2]);
      for (long number : numbers) {
        sum[0] += number;
        sum[1]++;
      }
    }
  }

  /** Its events take it some time, or none. */
  private ProjectorProcess startOne(Ground ground) {
    return ground.startProcess(1, Duration.ofNanos(random.nextInt(2) * 500_000L));
  }

  private void appendPoison(Ground ground) {
    ground.append(POISONED, 1, 2);
    ground.append(POISONED, List.of(Ground.event("unheard-of", "{}")));
    ground.append(POISONED, 3);
  }

  private void disturb(Ground ground, List<ProjectorProcess> instances) {
    switch (random.nextInt(16)) {
      case 0 -> {
        ground.stopStore();
        ground.startStore();
      }
      case 1 -> ground.restartRedis();
      case 2 -> ground.emptyRedis();
      case 3, 4 -> {
        instances.remove(random.nextInt(instances.size())).kill();
        instances.add(startOne(ground));
      }
      case 5, 6 -> ground.cutCables();
      case 7, 8, 9 -> repeat(ground);
      default -> {
        // Let it be for once.
      }
    }
  }

  /** What was delivered comes again, in another order, past the subscription. */
  private void repeat(Ground ground) {
    List<Recorded<StoredEvent>> again = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String stream = "n-" + random.nextInt(STREAMS);
      again.addAll(ground.store().read(stream, 0, 50).await().atMost(Ground.LIMIT));
    }
    again.addAll(List.copyOf(again));
    Collections.shuffle(again, random);
    try {
      Optional<String> live = new Builds(ground.models, SUMS).live().await().atMost(Ground.LIMIT);
      live.ifPresent(build -> rogue(ground, build).apply(again).await().atMost(Ground.LIMIT));
    } catch (Unavailable e) {
      // Redis was emptied just then.
      assertThat(e.code()).isEqualTo("unavailable");
    }
  }

  private static Projector<StoredEvent, Sum, Counting> rogue(Ground ground, String build) {
    EventCodec codec = new EventCodec(List.of(Counting.TYPES));
    return new Projector<>(
        ground.models,
        SUMS,
        build,
        OnPoison.HOLD,
        stored -> codec.decode(stored, Counting.class),
        ground.store()::read);
  }

  private void verify(Ground ground) {
    sums.put(POISONED, new long[] {3, 2});
    long events = sums.values().stream().mapToLong(sum -> sum[1]).sum();
    BigInteger total =
        sums.values().stream()
            .map(sum -> BigInteger.valueOf(sum[0]))
            .reduce(BigInteger.ZERO, BigInteger::add);
    await("seed " + seed)
        .atMost(LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(ground.totals(SUMS))
                    .containsEntry("events", BigInteger.valueOf(events))
                    .containsEntry("sum", total));
    sums.forEach(
        (stream, sum) ->
            assertThat(ground.document(SUMS, stream))
                .as("%s, seed %d", stream, seed)
                .hasValue(new View<>(stream, sum[1] - 1, new Sum(sum[0], sum[1]))));
    await("seed " + seed)
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(ground.unsettled(SUMS)).isEqualTo(ground.parked(SUMS)));
    List<Parking.Parked> parked =
        ground.start(1).runner.parking().list().await().atMost(Ground.LIMIT);
    assertThat(parked)
        .as("seed %d", seed)
        .extracting(each -> each.ref().stream())
        .containsOnly(POISONED);
    assertThat(parked).extracting(each -> each.ref().revision()).contains(2L);
  }
}
