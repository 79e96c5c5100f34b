package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.PersistentSubscription;
import com.eventstore.dbclient.PersistentSubscriptionListener;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribePersistentSubscriptionOptions;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.readmodels.Parking.Replayed;
import dev.foldline.redis.OnPoison;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is in the store reaches every read model, also where its stream is deleted before: the log
 * has it still.
 */
class DeletedStreamsTest extends GroundFixture {

  private static final Pace PATIENT_FOR_A_MOMENT =
      new Pace(
          Duration.ofMillis(200),
          Duration.ofSeconds(2),
          15,
          Duration.ofMinutes(1),
          Duration.ofMillis(200));

  private static final Pace LOOKS_SELDOM =
      new Pace(
          Duration.ofMinutes(5),
          Duration.ofSeconds(2),
          15,
          Duration.ofMinutes(1),
          Duration.ofSeconds(1));

  private static <T> T of(Uni<T> uni) {
    return uni.await().atMost(Ground.LIMIT);
  }

  private Ground.Instance subscribed(Ground.Instance instance) {
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    return instance;
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

  /** With several instances the events of a stream are in several hands. */
  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "true,true"})
  void the_events_of_deleted_streams_are_in_the_totals(boolean forGood, boolean backlog)
      throws Exception {
    Ground.Instance one = subscribed(ground.start(1));
    Ground.Instance two = subscribed(ground.start(1));
    if (backlog) {
      one.stop();
      two.stop();
    }
    for (int stream = 0; stream < 60; stream++) {
      ground.append(n + "-" + stream, LongStream.range(0, 10).map(_ -> 1).toArray());
      ground.delete(n + "-" + stream, forGood);
    }
    if (backlog) {
      ground.start(1);
      ground.start(1);
    }

    ground.awaitTotals(600, 600);
    await().atMost(Ground.LIMIT).until(() -> ground.unsettled(Counting.sums(1)) == 0);
    assertThat(ground.document(Counting.sums(1), n + "-59"))
        .hasValue(new View<>(n + "-59", 9, new Sum(10, 10)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_is_parked_stays_parked_until_it_is_replayed(boolean forGood) throws Exception {
    Ground.Instance old =
        subscribed(ground.new Instance(Counting.superstitiousSums(), OnPoison.HOLD));
    ground.append(n + "-1", 1, 13, 2, 3);
    awaitParked(old, n + "-1@1", n + "-1@2", n + "-1@3");
    ground.delete(n + "-1", forGood);

    awaitParked(old, n + "-1@1", n + "-1@2", n + "-1@3");
    assertThat(of(old.runner.parking().dryRun(Set.of())))
        .extracting(Parking.Trial::error)
        .containsExactly("its first events can't be read any more");
    assertThat(of(old.runner.parking().replay(Set.of(), 100, Ground.LIMIT)))
        .isEqualTo(new Replayed(0, 3));
    old.stop();
    Ground.Instance mended = subscribed(ground.start(1));
    assertThat(of(mended.runner.parking().replay(Set.of(), 100, Ground.LIMIT)))
        .isEqualTo(new Replayed(3, 0));

    ground.awaitTotals(19, 4);
    awaitParked(mended);
    await().atMost(Ground.LIMIT).until(() -> ground.unsettled(Counting.sums(1)) == 0);
  }

  @Test
  void what_is_parked_of_a_deleted_stream_can_be_discarded_and_is_left_out_of_each_later_build() {
    Ground.Instance instance =
        subscribed(ground.new Instance(Counting.superstitiousSums(), OnPoison.HOLD));
    ground.append(n + "-1", 1, 13, 2);
    awaitParked(instance, n + "-1@1", n + "-1@2");
    ground.delete(n + "-1", true);

    assertThat(
            of(
                instance
                    .runner
                    .parking()
                    .discard(
                        Set.of(new EventRef(n + "-1", 1)), "typed by a cat", "ada", Ground.LIMIT)))
        .isEqualTo(new Replayed(2, 0));
    ground.awaitTotals(3, 2);
    ground.emptyRedis();
    ground.awaitTotals(3, 2);
    awaitParked(instance);
  }

  @Test
  void a_build_holds_a_stream_that_was_deleted_behind_what_it_cant_apply() {
    ground.append(n + "-1", 1, 13);
    ground.append(n + "-2", LongStream.range(0, 3_000).map(_ -> 0).toArray());
    ground.append(n + "-1", 2);
    ground.delete(n + "-1", true);

    Ground.Instance instance =
        subscribed(ground.new Instance(Counting.superstitiousSums(), OnPoison.HOLD));

    ground.awaitTotals(1, 3_001);
    assertThat(ground.document(Counting.sums(1), n + "-1"))
        .hasValue(new View<>(n + "-1", 0, new Sum(1, 1)));
    awaitParked(instance, n + "-1@1");
    instance.stop();
    assertThat(of(ground.start(1).runner.parking().replay(Set.of(), 100, Ground.LIMIT)))
        .isEqualTo(new Replayed(2, 0));
    ground.awaitTotals(16, 3_003);
  }

  /** What waits behind the poison was delivered to nobody: only the log has it. */
  @Test
  void what_waits_in_a_deleted_stream_is_not_forgotten_when_a_replay_is_cut_off() {
    ground.append(n + "-1", 1, 13, 2);
    ground.delete(n + "-1", true);
    Ground.Instance old =
        subscribed(ground.new Instance(Counting.superstitiousSums(), OnPoison.HOLD));
    awaitParked(old, n + "-1@1");
    old.stop();
    Ground.Instance mended =
        subscribed(ground.new Instance(Counting.sums(1), OnPoison.HOLD, LOOKS_SELDOM));
    Parking<Sum> parking = mended.runner.parking();
    await()
        .atMost(Ground.LIMIT)
        .until(() -> of(parking.replay(Set.of(), 1, Duration.ofSeconds(1))).applied() == 1);

    awaitParked(mended, n + "-1@2");
    assertThat(of(parking.replay(Set.of(), 100, Ground.LIMIT))).isEqualTo(new Replayed(1, 0));
    ground.awaitTotals(16, 3);
    awaitParked(mended);
  }

  /**
   * An event is in the hands of someone else, and its stream is deleted; so much was written since
   * that it is not looked for.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_waits_for_an_event_in_others_hands_is_given_back_and_parked_if_that_does_not_come(
      boolean comes) throws Exception {
    Ground.Instance first = subscribed(ground.start(1));
    ground.append(n + "-1", 1);
    ground.awaitTotals(1, 1);
    first.stop();
    try (Hand hand = new Hand()) {
      ground.append(n + "-1", 2);
      hand.taken.get(10, TimeUnit.SECONDS);
      for (int i = 0; i < 22; i++) {
        ground.append("other-1", LongStream.range(0, 1_000).toArray());
      }
      ground.append(n + "-1", 3);
      ground.delete(n + "-1", true);
      Ground.Instance second =
          subscribed(
              ground
              .new Instance(
                  Counting.sums(1), OnPoison.HOLD, Counting.category(), PATIENT_FOR_A_MOMENT));
      await().atMost(Ground.LIMIT).until(() -> second.runner.figures().retried() > 0);
      assertThat(ground.document(Counting.sums(1), n + "-1"))
          .hasValue(new View<>(n + "-1", 0, new Sum(1, 1)));

      if (comes) {
        hand.letGo();
        ground.awaitTotals(6, 3);
        awaitParked(second);
      } else {
        awaitParked(second, n + "-1@2");
        assertThat(of(second.runner.parking().list()).getFirst().cause())
            .contains("waits for events of its stream that can't be read any more");
        assertThat(of(second.runner.parking().replay(Set.of(), 100, Ground.LIMIT)))
            .isEqualTo(new Replayed(2, 0));
        ground.awaitTotals(6, 3);
      }
    }
  }

  /** A consumer of the group that takes one event and keeps it. */
  private final class Hand implements AutoCloseable {

    private final CompletableFuture<ResolvedEvent> taken = new CompletableFuture<>();
    private final PersistentSubscription subscription;

    Hand() throws Exception {
      subscription =
          ground
              .official()
              .subscriptions()
              .subscribeToAll(
                  "bank:sums-" + n + "-v1",
                  SubscribePersistentSubscriptionOptions.get().bufferSize(1),
                  new PersistentSubscriptionListener() {
                    @Override
                    public void onEvent(
                        PersistentSubscription from, int retries, ResolvedEvent event) {
                      if (event.getEvent().getRevision() == 1) {
                        taken.complete(event);
                      } else {
                        from.nack(NackAction.Retry, "not mine", event);
                      }
                    }
                  })
              .get(10, TimeUnit.SECONDS);
    }

    void letGo() {
      subscription.stop();
    }

    @Override
    public void close() {
      letGo();
    }
  }
}
