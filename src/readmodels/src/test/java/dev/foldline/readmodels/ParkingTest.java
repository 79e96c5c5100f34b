package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.NotFound;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.events.StreamFold;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.readmodels.Discards.Discarded;
import dev.foldline.readmodels.Parking.Parked;
import dev.foldline.readmodels.Parking.Replayed;
import dev.foldline.readmodels.Parking.Trial;
import dev.foldline.redis.OnPoison;
import io.smallrye.mutiny.Uni;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** 13 is poison to some code, and a number like any other to the code that comes after it. */
class ParkingTest extends GroundFixture {

  private static final int FAST = 10_000;

  private Ground.Instance superstitious(OnPoison onPoison) {
    return ground.new Instance(Counting.superstitiousSums(), onPoison);
  }

  private static <T> T of(Uni<T> uni) {
    return uni.await().atMost(Ground.LIMIT);
  }

  private static void awaitParked(Ground.Instance instance, String... events) {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(of(instance.runner.parking().list()))
                    .extracting(parked -> parked.ref().toString())
                    .containsExactlyInAnyOrder(events));
  }

  private void awaitSum(String stream, long revision, long value, long events) {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(ground.document(Counting.sums(1), stream))
                    .hasValue(new View<>(stream, revision, new Sum(value, events))));
  }

  private void awaitSettled(long unsettled) {
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(() -> assertThat(ground.unsettled(Counting.sums(1))).isEqualTo(unsettled));
  }

  /** Three events are parked: two that are poison, and one that waits. */
  private void parkSome() {
    Ground.Instance instance = superstitious(OnPoison.HOLD);
    ground.append(n + "-1", 1);
    awaitSum(n + "-1", 0, 1, 1);
    ground.append(n + "-1", 13, 2);
    ground.append(n + "-2", 13);
    ground.append(n + "-3", 5);
    awaitSum(n + "-3", 0, 5, 1);
    awaitParked(instance, n + "-1@1", n + "-1@2", n + "-2@0");
    awaitSettled(3);
    instance.stop();
  }

  @Test
  void a_poison_event_is_parked_with_the_later_ones_of_its_stream_and_no_others() {
    Ground.Instance instance = superstitious(OnPoison.HOLD);
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    ground.append(n + "-1", 1, 13, 2);
    ground.append(n + "-2", 7);

    awaitSum(n + "-2", 0, 7, 1);
    awaitParked(instance, n + "-1@1", n + "-1@2");
    awaitSum(n + "-1", 0, 1, 1);
    assertThat(of(instance.runner.parking().list()))
        .extracting(Parked::cause)
        .satisfiesExactlyInAnyOrder(
            cause -> assertThat(cause).contains("IllegalStateException: 13 in " + n + "-1"),
            cause -> assertThat(cause).contains("waits behind event 1 of its stream"));
    assertThat(instance.runner.figures().poisoned()).isEqualTo(1);
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(() -> assertThat(instance.runner.parked().count()).isEqualTo(2));
    assertThat(instance.runner.parked().oldest()).isPositive();
  }

  @Test
  void a_dry_run_says_what_would_come_of_it_and_writes_nothing() {
    parkSome();

    assertThat(of(superstitious(OnPoison.HOLD).runner.parking().dryRun(Set.of())))
        .containsExactlyInAnyOrder(
            new Trial<>(
                n + "-1", 0, "java.lang.IllegalStateException: 13 in " + n + "-1", new Sum(1, 1)),
            new Trial<>(n + "-2", -1, "java.lang.IllegalStateException: 13 in " + n + "-2", null));
    assertThat(of(ground.start(1).runner.parking().dryRun(Set.of(new EventRef(n + "-1", 2)))))
        .containsExactly(new Trial<>(n + "-1", 2, null, new Sum(16, 3)));
    awaitSum(n + "-1", 0, 1, 1);
    awaitSettled(3);
  }

  @Test
  void some_are_replayed_or_all_once_in_effect() {
    parkSome();
    Ground.Instance fixed = ground.start(1);
    Parking<Sum> parking = fixed.runner.parking();

    assertThat(of(parking.replay(Set.of(new EventRef(n + "-2", 0)), FAST, Ground.LIMIT)))
        .isEqualTo(new Replayed(1, 2));
    awaitSum(n + "-2", 0, 13, 1);
    awaitSum(n + "-1", 0, 1, 1);

    assertThat(of(parking.replay(Set.of(), FAST, Ground.LIMIT))).isEqualTo(new Replayed(2, 0));
    awaitSum(n + "-1", 2, 16, 3);
    assertThat(of(parking.replay(Set.of(), FAST, Ground.LIMIT))).isEqualTo(new Replayed(0, 0));

    awaitSettled(0);
    assertThat(ground.totals(Counting.sums(1)))
        .containsEntry("sum", BigInteger.valueOf(34))
        .containsEntry("events", BigInteger.valueOf(5));
    assertThatThrownBy(
            () -> of(parking.replay(Set.of(new EventRef(n + "-2", 0)), FAST, Ground.LIMIT)))
        .isInstanceOf(NotFound.class);
  }

  @Test
  void what_fails_again_stays_parked() {
    parkSome();
    Ground.Instance still = superstitious(OnPoison.HOLD);

    assertThat(of(still.runner.parking().replay(Set.of(), FAST, Ground.LIMIT)))
        .isEqualTo(new Replayed(0, 3));
    awaitParked(still, n + "-1@1", n + "-1@2", n + "-2@0");
  }

  @Test
  void what_is_discarded_is_recorded_and_left_out_of_each_later_build_too() {
    parkSome();
    Ground.Instance instance = superstitious(OnPoison.HOLD);
    Parking<Sum> parking = instance.runner.parking();

    assertThat(
            of(parking.discard(
                    Set.of(new EventRef(n + "-1", 1)), "typed by a cat", "ada", Ground.LIMIT))
                .left())
        .isEqualTo(1);

    awaitSum(n + "-1", 2, 3, 2);
    awaitParked(instance, n + "-2@0");
    List<Recorded<StoredEvent>> records =
        of(ground.store().remaining("foldline-discarded-bank:sums-" + n, 0, 10));
    assertThat(records)
        .singleElement()
        .extracting(record -> new String(record.event().data(), StandardCharsets.UTF_8))
        .satisfies(
            data ->
                assertThat(data)
                    .contains(
                        "\"stream\":\"" + n + "-1\"", "\"revision\":1", "typed by a cat", "ada"));
    ground.emptyRedis();
    ground.append(n + "-3", 1);
    awaitSum(n + "-3", 1, 6, 2);
    awaitSum(n + "-1", 2, 3, 2);
    awaitParked(instance, n + "-2@0");
  }

  @Test
  void a_fold_does_without_what_is_discarded_as_the_read_model_does() {
    var fold =
        new StreamFold(
            ground.store().streams(),
            new EventCodec(List.of(Counting.category())),
            new KnownDiscards(ground.store(), Ground.NAMESPACE),
            Ground.LIMIT);
    Ground.Instance instance = ground.start(1);
    ground.append(n + "-1", 1);
    awaitSum(n + "-1", 0, 1, 1);
    assertThat(of(fold.fold(Counting.sums(1), n + "-1", _ -> true)))
        .isEqualTo(ground.document(Counting.sums(1), n + "-1"));
    ground.append(n + "-1", List.of(Ground.event("nonsense", "{}")));
    ground.append(n + "-1", 2);
    awaitParked(instance, n + "-1@1", n + "-1@2");

    of(
        instance
            .runner
            .parking()
            .discard(Set.of(new EventRef(n + "-1", 1)), "nonsense", "ada", Ground.LIMIT));

    awaitSum(n + "-1", 2, 3, 2);
    assertThat(of(fold.fold(Counting.sums(1), n + "-1", _ -> true)))
        .isEqualTo(ground.document(Counting.sums(1), n + "-1"));
    assertThat(of(fold.fold(Counting.sums(1), n + "-1", event -> event.revision() <= 1)))
        .hasValue(new View<>(n + "-1", 1, new Sum(1, 1)));
  }

  @Test
  void a_discard_that_was_broken_off_is_completed_by_another_or_by_the_next_build() {
    parkSome();
    var before = new Discards(ground.store(), Ground.NAMESPACE, "sums-" + n);
    of(
        before.add(
            List.of(
                new Discarded(Discarded.FORMAT, n + "-1", 1, "counted", "13", "a cat", "ada"))));
    Ground.Instance instance = superstitious(OnPoison.HOLD);

    awaitParked(instance, n + "-1@1", n + "-1@2", n + "-2@0");
    of(
        instance
            .runner
            .parking()
            .discard(Set.of(new EventRef(n + "-1", 1)), "a cat", "ada", Ground.LIMIT));

    awaitParked(instance, n + "-2@0");
    awaitSum(n + "-1", 2, 3, 2);
    assertThat(of(ground.store().remaining("foldline-discarded-bank:sums-" + n, 0, 10))).hasSize(1);
  }

  @Test
  void what_a_build_can_not_apply_is_parked_too_and_replayed_with_what_is_behind_it() {
    ground.append(n + "-1", 1, 13, 2, 3);
    ground.append(n + "-2", 7);
    Ground.Instance instance = superstitious(OnPoison.HOLD);
    awaitSum(n + "-2", 0, 7, 1);
    awaitSum(n + "-1", 0, 1, 1);
    awaitParked(instance, n + "-1@1");
    assertThat(instance.runner.figures().poisoned()).isEqualTo(1);
    instance.stop();

    assertThat(of(ground.start(1).runner.parking().replay(Set.of(), FAST, Ground.LIMIT)))
        .isEqualTo(new Replayed(3, 0));
    awaitSum(n + "-1", 3, 19, 4);
    awaitSettled(0);
  }

  @Test
  void what_is_passed_over_stays_parked_until_it_is_built_anew() throws Exception {
    Ground.Instance instance = superstitious(OnPoison.PASS);
    ground.append(n + "-1", 1, 13, 2);
    awaitSum(n + "-1", 2, 3, 2);
    awaitParked(instance, n + "-1@1");
    assertThat(of(instance.runner.parking().replay(Set.of(), FAST, Ground.LIMIT)))
        .isEqualTo(new Replayed(0, 1));
    instance.stop();

    Ground.Instance fixed = ground.start(1);
    awaitParked(fixed, n + "-1@1");
    assertThat(fixed.runner.rebuild(Ground.LIMIT)).map(Slice::complete).hasValue(true);
    awaitSum(n + "-1", 2, 16, 3);
    awaitParked(fixed);
  }

  @Test
  void a_replay_stops_in_time_and_is_gone_on_with() {
    ground.append(
        n + "-1", LongStream.concat(LongStream.of(13), LongStream.range(0, 99)).toArray());
    Ground.Instance instance = superstitious(OnPoison.HOLD);
    awaitParked(instance, n + "-1@0");
    instance.stop();

    Parking<Sum> parking = ground.start(1).runner.parking();
    Replayed some = of(parking.replay(Set.of(), 20, Ground.LIMIT.dividedBy(300)));
    assertThat(some.applied()).isLessThan(100);
    assertThat(some.left()).isEqualTo(1);
    await()
        .atMost(Ground.LIMIT)
        .until(() -> of(parking.replay(Set.of(), FAST, Ground.LIMIT)).left() == 0);
    awaitSum(n + "-1", 99, 13 + 99 * 98 / 2, 100);
  }
}
