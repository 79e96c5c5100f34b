package dev.foldline.reactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.reactions.Alarm.Command.Greet;
import dev.foldline.reactions.Alarm.Command.Set;
import dev.foldline.reactions.Alarm.Command.Stop;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A reminder")
class RemindersTest {

  private static final Duration DAY = Duration.ofDays(1);

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
        .atMost(Application.LIMIT)
        .untilAsserted(() -> assertThat(runner.pendingReminders()).isEqualTo(reminders));
  }

  /** The store's clock went on in a moment, which nobody sees before the next event. */
  private static void awaitFired(ReactionRunner<?> runner, long reminders) {
    await()
        .atMost(Application.LIMIT)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () -> {
              fire(runner);
              assertThat(runner.figures().reminded()).isEqualTo(reminders);
            });
  }

  private static long fire(ReactionRunner<?> runner) {
    return runner.fire().await().atMost(Application.LIMIT);
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
      Ground.awaitTypes(one, "alarm-back", "alarm-set", "alarm-rang");
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

      clock.goOn(DAY);
      awaitFired(runner, 1);
      assertThat(one.types("alarm-a"))
          .containsExactly("alarm-set", "alarm-stopped", StoredEvent.MARK);
    }
  }

  @Test
  void of_a_redis_that_was_emptied_is_found_in_the_log_and_none_that_is_over() {
    StoresClock clock = new StoresClock();
    try (Ground ground = Ground.by(clock, data)) {
      Application one = ground.application();
      ReactionRunner<?> runner = one.run(Alarm.NEXT);
      for (int i = 0; i < 20; i++) {
        one.handle(Alarm.DECIDER, new Set("over-" + i, Instant.EPOCH));
      }
      one.handle(Alarm.DECIDER, new Set("far", Instant.now().plus(DAY)));
      awaitFired(runner, 20);

      ground.redis.empty();
      awaitPending(runner, 1);
      clock.goOn(DAY);
      awaitFired(runner, 21);
      assertThat(one.types("alarm-far")).containsExactly("alarm-set", "alarm-rang");
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
      assertThat(runner.pendingReminders()).isEqualTo(1);
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
