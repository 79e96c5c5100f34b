package dev.foldline.eventstoredb.subscriptions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Away;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.Asked;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.Confirmed;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.Due;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.Ended;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.Idle;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.Promising;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.Settled;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.Started;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.StopAsked;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event.Untaken;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Lost;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Opening;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Resting;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Stopped;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Stopping;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Subscribed;
import java.util.List;
import java.util.Random;
import org.jboss.logging.Logger.Level;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a subscription becomes, without one: no store, no threads, no time. */
@DisplayName("A subscription")
class SubscriptionStateTest {

  private static SubscriptionState after(Event... events) {
    SubscriptionState state = new Stopped(0);
    for (Event event : events) {
      state = state.after(event);
    }
    return state;
  }

  private static Event lost(int attempt) {
    IllegalStateException cause = new IllegalStateException("cut");
    return new Ended(attempt, cause, cause);
  }

  private static Level told(Event... events) {
    return ((Lost) after(events)).told();
  }

  @Test
  void is_opened_and_then_subscribed() {
    assertThat(after(new Started())).isInstanceOf(Opening.class);
    assertThat(after(new Started(), new Confirmed(1))).isEqualTo(new Subscribed(1, Level.INFO));
  }

  @Test
  void is_opened_again_whatever_ended_it() {
    assertThat(after(new Started(), lost(1), new Due(1)).attempt()).isEqualTo(2);
    assertThat(after(new Started(), new Confirmed(1), lost(1), new Due(1)).attempt()).isEqualTo(2);
    assertThat(after(new Started(), new Confirmed(1), new Idle()).attempt()).isEqualTo(2);
    assertThat(after(new Started(), new Confirmed(1), new Untaken(), new Asked()).attempt())
        .isEqualTo(2);
  }

  @Test
  void counts_what_goes_wrong_until_it_is_open_or_may_be() {
    var twice = (Lost) after(new Started(), lost(1), new Due(1), lost(2));
    assertThat(twice.trouble().losses()).isEqualTo(2);
    var open = (Lost) after(new Started(), lost(1), new Due(1), new Confirmed(2), lost(2));
    assertThat(open.trouble().losses()).isOne();
    var promising = (Lost) after(new Started(), lost(1), new Promising(), lost(2));
    assertThat(promising.trouble().losses()).isOne();
  }

  @Test
  void tells_a_cause_that_lasts_once_and_one_that_others_tell_never() {
    assertThat(told(new Started(), lost(1))).isEqualTo(Level.WARN);
    assertThat(told(new Started(), lost(1), new Due(1), lost(2))).isEqualTo(Level.DEBUG);
    assertThat(told(new Started(), lost(1), new Promising(), lost(2))).isEqualTo(Level.DEBUG);
    assertThat(told(new Started(), lost(1), new Due(1), new Confirmed(2), lost(2)))
        .isEqualTo(Level.WARN);
    Away away = new Away("away");
    var lost = (Lost) after(new Started(), new Confirmed(1), new Ended(1, away, away));
    assertThat(lost.told()).isEqualTo(Level.DEBUG);
    assertThat(lost.after(new Due(1)).after(new Confirmed(2)))
        .isEqualTo(new Subscribed(2, Level.DEBUG));
  }

  @Test
  void settles_what_is_in_hand_before_it_stops() {
    SubscriptionState stopping = after(new Started(), new Confirmed(1), new StopAsked());

    assertThat(stopping).isEqualTo(new Stopping(1));
    assertThat(stopping.uses(1)).isTrue();
    assertThat(stopping.takes(1)).isFalse();
    assertThat(stopping.after(new Settled())).isEqualTo(new Stopped(1));
    assertThat(stopping.after(new Started()).after(new Settled())).isInstanceOf(Opening.class);
  }

  /** Whatever happens, in whatever order, of whatever time that it was open. */
  @Test
  void never_ends_in_silence_nor_takes_what_comes_of_an_earlier_time() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      SubscriptionState state = new Stopped(0);
      boolean wanted = false;
      for (int i = 0; i < 50; i++) {
        Event event = any(random, state.attempt());
        SubscriptionState next = state.after(event);
        wanted =
            switch (event) {
              case Started _ -> true;
              case StopAsked _ -> false;
              case Confirmed _,
                  Ended _,
                  Due _,
                  Promising _,
                  Idle _,
                  Untaken _,
                  Asked _,
                  Settled _ ->
                  wanted;
            };
        String story = "seed %d: %s, %s, %s".formatted(seed, state, event, next);
        check(story, state, event, next, wanted);
        state = next;
      }
    }
  }

  private static Event any(Random random, int attempt) {
    int which = Math.max(1, attempt - random.nextInt(2));
    return List.of(
            new Started(),
            new Confirmed(which),
            new Confirmed(which),
            lost(which),
            new Due(which),
            new Due(which),
            new Promising(),
            new Idle(),
            new Untaken(),
            new Asked(),
            new StopAsked(),
            new Settled())
        .get(random.nextInt(12));
  }

  private static void check(
      String story,
      SubscriptionState before,
      Event event,
      SubscriptionState after,
      boolean wanted) {
    boolean isOpened = after != before && after instanceof Opening;
    assertThat(after.attempt()).as(story).isEqualTo(before.attempt() + (isOpened ? 1 : 0));
    switch (after) {
      case Opening _, Subscribed _, Lost _, Resting _ -> assertThat(wanted).as(story).isTrue();
      case Stopped _, Stopping _ -> assertThat(wanted).as(story).isFalse();
    }
    int named =
        switch (event) {
          case Confirmed(var attempt) -> attempt;
          case Ended(var attempt, _, _) -> attempt;
          case Due(var attempt) -> attempt;
          case Started _, Promising _, Idle _, Untaken _, Asked _, StopAsked _, Settled _ ->
              before.attempt();
        };
    if (named != before.attempt()) {
      assertThat(after).as(story).isSameAs(before);
    }
    assertThat(after.takes(named) && !after.uses(named)).as(story).isFalse();
  }
}
