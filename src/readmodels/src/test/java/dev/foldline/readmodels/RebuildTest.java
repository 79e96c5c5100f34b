package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Listing;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.testing.JavaProcess;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new version is built while writes go on; the process that builds it is killed twice on the way.
 * Queries are answered all the time, and never from a part of the events.
 *
 * <p>{@code -Drebuild.events=200000} for the long form.
 */
class RebuildTest {

  private static final int STREAMS = 500;

  /** Between two writes, so that a build can catch up with them. */
  private static final Duration PAUSE = Duration.ofMillis(5);

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final int events = Integer.getInteger("rebuild.events", 5_000);
  private final Map<String, long[]> sums = new HashMap<>();
  private int written;

  /** What queries answer. */
  private record Answers(
      Map<String, View<Sum>> documents,
      Map<String, BigInteger> totals,
      List<Listing.Ranked> largest) {}

  @Test
  void killed_twice_on_the_way_it_ends_as_one_from_scratch_and_no_query_fails(@TempDir Path data)
      throws Exception {
    try (Ground ground = new Ground(data)) {
      while (written < events) {
        append(ground, Math.min(100, events - written));
      }
      JavaProcess old = ground.startProcess(1, Duration.ZERO);
      awaitTotals(ground);

      AtomicBoolean done = new AtomicBoolean();
      AtomicInteger queries = new AtomicInteger();
      AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();
      Thread asking =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (!done.get()) {
                        ask(ground);
                        queries.incrementAndGet();
                        LockSupport.parkNanos(PAUSE.toNanos());
                      }
                    } catch (Throwable e) { // whatever it is, the test has failed
                      wrong.set(e);
                    }
                  });
      buildNewVersion(ground);
      done.set(true);
      asking.join(LIMIT);

      assertThat(wrong.get()).isNull();
      assertThat(queries.get()).isPositive();
      awaitTotals(ground);
      verify(answers(ground));
      old.close();
      ground.emptyRedis();
      append(ground, 1);
      awaitTotals(ground);
      verify(answers(ground));
    }
  }

  private void buildNewVersion(Ground ground) {
    // In the short form it takes its time, so that there is something to kill.
    Duration slowness = events > 50_000 ? Duration.ZERO : Duration.ofNanos(200_000);
    for (int part = 1; part <= 2; part++) {
      JavaProcess builder = ground.startProcess(2, slowness);
      int enough = part * events / 4;
      goOnUntil(ground, () -> ground.built(2) >= enough);
      builder.close();
      assertThat(ground.active()).startsWith("1.");
    }
    ground.startProcess(2, Duration.ZERO);
    goOnUntil(ground, () -> ground.active().startsWith("2."));
  }

  private void goOnUntil(Ground ground, BooleanSupplier condition) {
    await()
        .atMost(LIMIT)
        .pollInterval(PAUSE)
        .until(
            () -> {
              goOn(ground);
              return condition.getAsBoolean();
            });
  }

  /** Writes go on. */
  private void goOn(Ground ground) {
    append(ground, 5);
    LockSupport.parkNanos(PAUSE.toNanos());
  }

  /** Appends some numbers to the next stream. */
  private void append(Ground ground, int count) {
    String stream = n + "-" + written / 100 % STREAMS;
    long[] numbers = LongStream.range(written, written + count).toArray();
    ground.append(stream, numbers);
    long[] sum = sums.computeIfAbsent(stream, _ -> new long[2]);
    sum[0] += LongStream.of(numbers).sum();
    sum[1] += count;
    written += count;
  }

  /** A query is answered, and from all events that were there before the new version. */
  private void ask(Ground ground) {
    assertThat(ground.totals(Counting.sums(2)).get("events"))
        .isGreaterThanOrEqualTo(BigInteger.valueOf(events));
    assertThat(ground.document(Counting.sums(2), n + "-0").orElseThrow().version())
        .isGreaterThanOrEqualTo(99);
  }

  private void awaitTotals(Ground ground) {
    await()
        .atMost(LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(ground.totals(Counting.sums(1)))
                    .containsEntry("events", BigInteger.valueOf(written)));
  }

  private Answers answers(Ground ground) {
    Map<String, View<Sum>> documents = new HashMap<>();
    sums.keySet()
        .forEach(
            stream ->
                documents.put(stream, ground.document(Counting.sums(2), stream).orElseThrow()));
    return new Answers(
        documents,
        ground.totals(Counting.sums(2)),
        ground
            .views
            .page(Counting.sums(2), Listing.of("largest").page(STREAMS, Optional.empty()))
            .await()
            .atMost(Ground.LIMIT)
            .entries());
  }

  /** It is what a fold from nothing makes of all that was written. */
  private void verify(Answers answers) {
    Map<String, View<Sum>> folded = new HashMap<>();
    sums.forEach(
        (stream, sum) ->
            folded.put(stream, new View<>(stream, sum[1] - 1, new Sum(sum[0], sum[1]))));
    assertThat(answers.documents()).isEqualTo(folded);
    assertThat(answers.totals())
        .containsEntry(
            "sum", BigInteger.valueOf(sums.values().stream().mapToLong(sum -> sum[0]).sum()));
    assertThat(answers.largest())
        .hasSize(sums.size())
        .allSatisfy(
            ranked ->
                assertThat(ranked.score())
                    .isEqualTo(sums.getOrDefault(n + "-" + ranked.member(), new long[2])[0]));
  }
}
