package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Category;
import dev.foldline.core.Shape;
import dev.foldline.core.Upcaster;
import dev.foldline.redis.Builds;
import dev.foldline.redis.OnPoison;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A release that knows a new event takes over from one that does not, instance by instance. */
class RollingReleaseTest extends GroundFixture {

  private static Category<Counting> withPairs() {
    return Counting.category(
        new Upcaster(
            "pair-counted",
            Set.of("counted"),
            data ->
                List.of(
                    new Shape("counted", Map.of("number", data.get("a"))),
                    new Shape("counted", Map.of("number", data.get("b"))))));
  }

  private Ground.Instance start(Category<?> category, Duration replay) {
    Ground.Instance instance =
        ground
        .new Instance(
            Counting.sums(1),
            OnPoison.HOLD,
            category,
            new Pace(
                Duration.ofMillis(100), Duration.ofSeconds(2), 15, replay, Duration.ofMillis(100)));
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    return instance;
  }

  private void appendPairs(int from, int to) {
    for (int i = from; i < to; i++) {
      ground.append(n + "-" + i, 1);
      ground.append(n + "-" + i, List.of(Ground.event("pair-counted", "{\"a\":2,\"b\":3}")));
      ground.append(n + "-" + i, 4);
    }
  }

  private void awaitPairs(int streams) {
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(
            () ->
                assertThat(ground.totals(Counting.sums(1)))
                    .containsEntry("events", BigInteger.valueOf(4L * streams))
                    .containsEntry("sum", BigInteger.valueOf(10L * streams)));
  }

  @Test
  void what_the_old_release_parks_is_replayed_by_the_new_one_until_nothing_is_left()
      throws Exception {
    Ground.Instance old = start(Counting.category(), Duration.ofMillis(500));
    Ground.Instance first = start(withPairs(), Duration.ofMillis(500));
    appendPairs(0, 40);
    awaitPairs(40);
    assertThat(old.runner.figures().poisoned()).as("is no error").isZero();
    old.stop();
    Ground.Instance second = start(withPairs(), Duration.ofMillis(500));
    appendPairs(40, 60);

    awaitPairs(60);
    await().atMost(Ground.LIMIT).until(() -> ground.unsettled(Counting.sums(1)) == 0);
    assertThat(first.runner.figures().poisoned() + second.runner.figures().poisoned()).isZero();
  }

  /** As by the event behind it, for which what is missing is read from the stream. */
  @Test
  void what_took_effect_some_other_way_is_not_kept() {
    Ground.Instance old = start(Counting.category(), Duration.ofMillis(500));
    appendPairs(0, 1);
    await().atMost(Ground.LIMIT).until(() -> old.runner.parked().count() == 2);
    old.stop();
    Builds builds = new Builds(ground.models, Counting.sums(1));
    await()
        .atMost(Ground.LIMIT)
        .until(() -> builds.turns().takesTurn(Duration.ofSeconds(5)).await().atMost(Ground.LIMIT));
    start(withPairs(), Duration.ofMillis(500));
    ground.append(n + "-0", 5);

    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(
            () ->
                assertThat(ground.totals(Counting.sums(1)))
                    .containsEntry("sum", BigInteger.valueOf(15)));
    await().atMost(Ground.LIMIT).until(() -> ground.unsettled(Counting.sums(1)) == 0);
  }

  @Test
  void nothing_is_replayed_by_those_who_do_not_know_it_nor_what_is_parked_for_another_reason() {
    Ground.Instance old = start(Counting.category(), Duration.ofMillis(500));
    appendPairs(0, 2);
    ground.append(n + "-9", List.of(Ground.event("counted", "{\"number\":\"thirteen\"}")));
    await().atMost(Ground.LIMIT).until(() -> old.runner.parked().count() == 5);
    assertThat(old.runner.figures().poisoned()).isOne();
    start(withPairs(), Duration.ofMillis(500));

    awaitPairs(2);
    await().atMost(Ground.LIMIT).until(() -> old.runner.parked().count() == 1);
    assertThat(old.runner.parking().list().await().atMost(Ground.LIMIT))
        .extracting(parked -> parked.ref().toString())
        .containsExactly(n + "-9@0");
  }
}
