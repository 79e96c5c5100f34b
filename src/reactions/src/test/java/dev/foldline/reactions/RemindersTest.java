package dev.foldline.reactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.reactions.Alarm.Command.Greet;
import dev.foldline.reactions.Alarm.Command.Set;
import dev.foldline.reactions.Alarm.Command.Stop;
import dev.foldline.reactions.ReactionRunner.Duty;
import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A reminder")
class RemindersTest {

  private static final Duration DAY = Duration.ofDays(1);
  private static final int OVER = Integer.getInteger("reminders.over", 300);
  private static final int PENDING = Integer.getInteger("reminders.pending", 30);
  private static final int APPENDS_AT_ONCE = 500;
  private static final Duration LIMIT = Duration.ofSeconds(30).plusMillis(2L * OVER);

  @TempDir Path data;

  /** The store's clock, as wrong as a test says. */
  private static final class StoresClock implements InstantSource {

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead.get());
    }

    void goOn(Duration by) {
      ahead.updateAndGet(before -> before.plus(by));
    }
  }

  private static void awaitPending(ReactionRunner<?> runner, long reminders) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(runner.pendingReminders()).isEqualTo(reminders));
  }

  /**
   * The store's clock went on in a moment, which nobody sees before the next event. One whose event
   * is delivered again is found to be over once more.
   */
  private static void awaitFired(ReactionRunner<?> runner, long reminders) {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () -> {
              fire(runner);
              assertThat(runner.figures().reminded()).isGreaterThanOrEqualTo(reminders);
            });
  }

  private static long fire(ReactionRunner<?> runner) {
    return runner.fire().await().atMost(LIMIT);
  }

  @Test
  void takes_place_by_the_time_of_the_store_however_wrong_the_instances_clock_is() {
    StoresClock clock = new StoresClock();
    try (Ground ground = Ground.by(clock, data)) {
      clock.goOn(DAY.negated());
      Application one = ground.application();
      ReactionRunner<?> runner = one.run(Alarm.NEXT);
      one.handle(Alarm.DECIDER, new Set("now", clock.instant()));
      Ground.awaitTypes(one, "alarm-now", "alarm-set", "alarm-rang");
      assertDueBeforeRung(one, "alarm-now");

      one.handle(Alarm.DECIDER, new Set("soon", Instant.now().minusSeconds(60)));
      awaitPending(runner, 1);
      assertThat(fire(runner)).as("the instance is a day ahead").isZero();

      clock.goOn(DAY);
      awaitFired(runner, 2);
      clock.goOn(DAY.negated());
      one.handle(Alarm.DECIDER, new Set("back", Instant.now().minusSeconds(60)));
      awaitPending(runner, 1);
      assertThat(fire(runner)).as("the store is a day behind again").isZero();
      assertThat(one.types("alarm-back")).containsExactly("alarm-set");
    }
  }

  private static void assertDueBeforeRung(Application application, String stream) {
    List<Recorded<StoredEvent>> events = application.stream(stream);
    assertThat(events.getLast().time()).isAfterOrEqualTo(events.getFirst().time().plusSeconds(1));
  }

  @Test
  void takes_place_once_however_often_its_event_is_delivered() {
    try (Ground ground = new Ground(data)) {
      Application one = ground.application();
      ReactionRunner<?> runner = one.run(Alarm.NEXT);
      one.handle(Alarm.DECIDER, new Set("a", Instant.EPOCH));
      Ground.awaitTypes(one, "alarm-a", "alarm-set", "alarm-rang");

      runner.stop(Duration.ZERO).await().atMost(Application.LIMIT);
      ground.deleteGroup(Alarm.NEXT);
      ReactionRunner<?> again = ground.application().run(Alarm.NEXT);
      awaitFired(again, 1);
      assertThat(one.types("alarm-a")).containsExactly("alarm-set", "alarm-rang");
    }
  }

  @Test
  void that_is_far_off_is_pending_and_that_of_the_year_10000_too() {
    try (Ground ground = new Ground(data)) {
      Application one = ground.application();
      ReactionRunner<?> runner = one.run(Alarm.NEXT);
      one.handle(Alarm.DECIDER, new Set("far", Instant.now().plus(DAY)));
      one.handle(Alarm.DECIDER, new Set("later", Instant.parse("+10000-01-01T00:00:00Z")));
      one.handle(Alarm.DECIDER, new Set("last", Instant.MAX));
      awaitPending(runner, 3);
      assertThat(fire(runner)).isZero();
      assertThat(Ground.parked(runner)).isEmpty();
    }
  }

  /** What the next release calls the command. */
  private record Ringing(String alarm) {}

  @Test
  void of_a_release_whose_classes_had_other_names_takes_place() {
    StoresClock clock = new StoresClock();
    try (Ground ground = Ground.by(clock, data)) {
      Application old = ground.application();
      ReactionRunner<?> before = old.run(Alarm.NEXT);
      old.handle(Alarm.DECIDER, new Set("a", Instant.now().plus(DAY)));
      awaitPending(before, 1);
      before.stop(Duration.ZERO).await().atMost(LIMIT);

      Decider<Ringing, String, Alarm.Event> ringing =
          new Decider<>(
              Alarm.ALARMS,
              Ringing::alarm,
              "",
              (_, _) -> List.of(new Alarm.Event.Rang()),
              (state, _) -> state);
      Reaction<Alarm.Event> next =
          Reaction.of(
                  "alarm-next",
                  Alarm.ALARMS,
                  recorded ->
                      recorded.event() instanceof Alarm.Event.Set(var at)
                          ? List.of(Effect.remind("ring", at, new Ringing(recorded.id())))
                          : List.of())
              .answering(ringing, (recorded, _) -> new Ringing(recorded.id()));
      ReactionRunner<?> after = ground.application().run(next);
      clock.goOn(DAY);
      awaitFired(after, 1);
      assertThat(old.types("alarm-a")).containsExactly("alarm-set", "alarm-rang");
    }
  }

  @Test
  void takes_place_by_an_instance_that_takes_no_events() {
    StoresClock clock = new StoresClock();
    try (Ground ground = Ground.by(clock, data)) {
      Application one = ground.application();
      ReactionRunner<?> reacting = one.run(Alarm.NEXT, EnumSet.of(Duty.REACT));
      ReactionRunner<?> reminding = ground.application().run(Alarm.NEXT, EnumSet.of(Duty.REMIND));
      one.handle(Alarm.DECIDER, new Set("a", Instant.now().plus(DAY)));
      awaitPending(reminding, 1);

      clock.goOn(DAY);
      awaitFired(reminding, 1);
      assertThat(one.types("alarm-a")).containsExactly("alarm-set", "alarm-rang");
      assertThat(reacting.figures().reminded()).isZero();
    }
  }

  @Test
  void takes_place_by_an_instance_that_does_nothing_but_what_it_is_told() {
    try (Ground ground = new Ground(data)) {
      Application one = ground.application();
      ReactionRunner<?> reacting = one.run(Alarm.NEXT, EnumSet.of(Duty.REACT));
      one.handle(Alarm.DECIDER, new Set("a", Instant.EPOCH));
      ReactionRunner<?> idle = ground.application().run(Alarm.NEXT, EnumSet.noneOf(Duty.class));
      awaitFired(idle, 1);
      assertThat(one.types("alarm-a")).containsExactly("alarm-set", "alarm-rang");
      assertThat(reacting.figures().reminded()).isZero();
    }
  }

  @Test
  void that_was_cancelled_does_not_take_place() {
    StoresClock clock = new StoresClock();
    try (Ground ground = Ground.by(clock, data)) {
      Application one = ground.application();
      ReactionRunner<?> runner = one.run(Alarm.NEXT);
      one.handle(Alarm.DECIDER, new Set("a", Instant.now().plus(DAY)));
      one.handle(Alarm.DECIDER, new Stop("a", "ring"));
      Ground.awaitTypes(one, "alarm-a", "alarm-set", "alarm-stopped", StoredEvent.MARK);
      one.handle(Alarm.DECIDER, new Set("b", Instant.now().plus(DAY)));

      clock.goOn(DAY);
      awaitFired(runner, 1);
      Ground.awaitTypes(one, "alarm-b", "alarm-set", "alarm-rang");
      fire(runner);
      assertThat(one.types("alarm-a"))
          .containsExactly("alarm-set", "alarm-stopped", StoredEvent.MARK);
    }
  }

  /** Its long form is {@code -Dreminders.over=1000000 -Dreminders.pending=10000}. */
  @Test
  void of_a_redis_that_was_emptied_is_found_in_the_log_and_none_that_is_over() {
    StoresClock clock = new StoresClock();
    try (Ground ground = Ground.by(clock, data)) {
      Application one = ground.application();
      Ground.open(one, "busy", 0);
      ReactionRunner<?> runner = one.run(Alarm.NEXT);
      append(one, "over-", OVER, Instant.EPOCH);
      append(one, "far-", PENDING, Instant.now().plus(DAY));
      awaitFired(runner, OVER);
      awaitPending(runner, PENDING);

      ground.redis.empty();
      awaitWhileCommandsGoOn(one, () -> runner.pendingReminders() == 0);
      awaitWhileCommandsGoOn(one, () -> runner.pendingReminders() == PENDING);
      assertThat(fire(runner)).isZero();
      assertThat(runner.figures().reminded()).as("none is fired again").isEqualTo(OVER);

      clock.goOn(DAY);
      awaitFired(runner, OVER + PENDING);
      assertThat(one.types("alarm-far-0")).containsExactly("alarm-set", "alarm-rang");
      assertThat(one.types("alarm-over-0")).containsExactly("alarm-set", "alarm-rang");
    }
  }

  private static void awaitWhileCommandsGoOn(Application application, Callable<Boolean> condition) {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              application.handle(Account.DECIDER, new Account.Command.Deposit("busy", 1));
              return condition.call();
            });
  }

  private static void append(Application application, String prefix, int count, Instant at) {
    for (int from = 0; from < count; from += APPENDS_AT_ONCE) {
      Uni.join()
          .all(
              IntStream.range(from, Math.min(count, from + APPENDS_AT_ONCE))
                  .mapToObj(
                      i ->
                          application
                              .store()
                              .append("alarm-" + prefix + i, List.of(StoredEvents.alarm(at))))
                  .toList())
          .andFailFast()
          .await()
          .atMost(Application.LIMIT);
    }
  }

  @Test
  void that_can_not_be_read_holds_up_no_other() {
    StoresClock clock = new StoresClock();
    try (Ground ground = Ground.by(clock, data)) {
      Application one = ground.application();
      ReactionRunner<?> runner = one.run(Alarm.NEXT);
      one.handle(Alarm.DECIDER, new Set("broken", Instant.now().plus(DAY)));
      one.handle(Alarm.DECIDER, new Set("whole", Instant.now().plus(DAY).plusSeconds(1)));
      awaitPending(runner, 2);
      one.store()
          .append("alarm-broken", List.of(StoredEvents.unknown()))
          .await()
          .atMost(Application.LIMIT);

      clock.goOn(DAY.plusSeconds(2));
      awaitFired(runner, 1);
      assertThat(one.types("alarm-whole")).containsExactly("alarm-set", "alarm-rang");
      await()
          .atMost(Application.LIMIT)
          .untilAsserted(() -> assertThat(runner.overdueReminders()).isPositive());
      assertThat(runner.pendingReminders()).as("it is not forgotten").isPositive();
    }
  }

  @Test
  void of_a_stream_that_is_gone_is_gone() {
    StoresClock clock = new StoresClock();
    try (Ground ground = Ground.by(clock, data)) {
      Application one = ground.application();
      ReactionRunner<?> runner = one.run(Alarm.NEXT);
      one.handle(Alarm.DECIDER, new Set("gone", Instant.now().plus(DAY)));
      awaitPending(runner, 1);
      ground.server.client().deleteStream("alarm-gone").join();

      clock.goOn(DAY);
      awaitFired(runner, 1);
      awaitPending(runner, 0);
      assertThat(one.types("alarm-gone")).isEmpty();
    }
  }

  @Test
  void an_effect_that_is_cancelled_has_one_outcome_which_is_told() {
    try (Ground ground = new Ground(data)) {
      Application one = ground.application();
      Ground.open(one, "here", 0);
      one.run(Alarm.NEXT);
      one.handle(Alarm.DECIDER, new Greet("done", "here"));
      Ground.awaitTypes(one, "alarm-done", "alarm-greets", "alarm-answered");
      one.handle(Alarm.DECIDER, new Stop("done", "greet"));
      one.handle(Alarm.DECIDER, new Greet("late", "here"));
      one.handle(Alarm.DECIDER, new Stop("late", "greet"));
      Ground.awaitTypes(one, "alarm-late", "alarm-greets", "alarm-stopped", "alarm-answered");
      assertThat(one.types("money-here"))
          .containsOnlyOnce("money-opened")
          .startsWith("money-opened", "money-deposited");
      assertThat(one.types("alarm-done")).hasSize(3);
    }
  }

  @Test
  void what_was_never_asked_for_can_not_be_cancelled() {
    try (Ground ground = new Ground(data)) {
      Application one = ground.application();
      ReactionRunner<?> runner = one.run(Alarm.NEXT);
      one.handle(Alarm.DECIDER, new Stop("a", "nothing"));
      Ground.awaitParked(runner, "no event before it has an effect 'nothing'");
    }
  }
}
