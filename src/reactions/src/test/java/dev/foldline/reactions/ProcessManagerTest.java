package dev.foldline.reactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Category;
import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Decider;
import dev.foldline.core.Progress;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.Result;
import dev.foldline.core.Steps;
import dev.foldline.core.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is kept of a process")
class ProcessManagerTest {

  private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

  sealed interface Event {
    @Stored("trip-asked")
    record Asked() implements Event {}

    @Stored("trip-flown")
    record Flown() implements Event {}

    @Stored("trip-noted")
    record Noted() implements Event {}

    @Stored("trip-full")
    record Full() implements Event {}

    @Stored("trip-cancelled")
    record Cancelled() implements Event {}

    @Stored("trip-stranded")
    record Stranded() implements Event {}
  }

  record Told(String trip, Result result) {}

  record Trip(Steps steps, int notes) implements Progress {

    Trip with(Steps next) {
      return new Trip(next, notes);
    }
  }

  private static final Category<Event> TRIPS = Category.of("trip", Event.class);

  private static final Decider<Told, Trip, Event> DECIDER = decider(new Trip(Steps.NONE, 0), 1);

  private static Decider<Told, Trip, Event> decider(Trip initial, int version) {
    return new Decider<>(
        TRIPS, Told::trip, initial, (_, _) -> List.of(), ProcessManagerTest::evolve, version);
  }

  private static Trip evolve(Trip trip, Event event) {
    Steps steps = trip.steps();
    return switch (event) {
      case Event.Asked() -> trip.with(steps.start("fly"));
      case Event.Flown() -> trip.with(steps.done("fly").start("sleep"));
      case Event.Noted() -> new Trip(steps, trip.notes() + 1);
      case Event.Full() -> trip.with(steps.refused("sleep").start("fly-back"));
      case Event.Cancelled() ->
          trip.with(steps.done("fly-back").undone("fly").failedWith("hotel-full"));
      case Event.Stranded() -> trip.with(steps.refused("fly-back").heldFor("no-flight"));
    };
  }

  private static Reaction<Event> answering(String name, Decider<Told, ?, ?> decider) {
    return Reaction.of(name, TRIPS, _ -> List.of())
        .answering(decider, (event, result) -> new Told(event.id(), result));
  }

  private static ProcessManager process(Decider<Told, ?, ?> decider) {
    return ProcessManager.of(List.of(answering("trip-next", decider))).getFirst();
  }

  /** Of which each is a minute after the one before. */
  private static List<Changes<ProcessDocument>> after(Event... events) {
    List<Changes<ProcessDocument>> all = new ArrayList<>();
    @Nullable ProcessDocument document = null;
    for (Event event : events) {
      Recorded<Event> recorded =
          new Recorded<>(
              event,
              UUID.randomUUID(),
              "trip-t",
              all.size(),
              all.size(),
              START.plus(Duration.ofMinutes(all.size())),
              Map.of());
      Changes<ProcessDocument> changes = process(DECIDER).projection().apply(document, recorded);
      document = changes.state();
      all.add(changes);
    }
    return all;
  }

  private static ProcessDocument last(Event... events) {
    return after(events).getLast().state();
  }

  private static Instant minute(int minutes) {
    return START.plus(Duration.ofMinutes(minutes));
  }

  private static ProcessProgress.Step waits(String step, int since) {
    return new ProcessProgress.Step(step, "waiting", null, minute(since));
  }

  private static ProcessProgress.Step answered(String step, String state, int at) {
    return new ProcessProgress.Step(step, state, minute(at), null);
  }

  @Test
  void is_when_each_step_began_to_wait_and_when_it_was_answered() {
    ProcessDocument flown =
        last(new Event.Asked(), new Event.Noted(), new Event.Flown(), new Event.Noted());

    assertThat(flown.progress())
        .isEqualTo(
            new ProcessProgress(
                "processing",
                null,
                List.of(answered("fly", "done", 2), waits("sleep", 2)),
                "sleep"));
    assertThat(flown.since()).isEqualTo(minute(2));
    assertThat(flown.folded()).contains("\"notes\":2");
  }

  @Test
  void is_how_it_ended_and_what_was_taken_back() {
    ProcessDocument cancelled =
        last(new Event.Asked(), new Event.Flown(), new Event.Full(), new Event.Cancelled());

    assertThat(cancelled.progress())
        .isEqualTo(
            new ProcessProgress(
                "failed",
                "hotel-full",
                List.of(
                    answered("fly", "undone", 3),
                    answered("sleep", "refused", 2),
                    answered("fly-back", "done", 3)),
                null));
    assertThat(cancelled.since()).isEqualTo(minute(3));
  }

  @Test
  void is_since_when_it_is_held() {
    ProcessDocument held =
        last(
            new Event.Asked(),
            new Event.Flown(),
            new Event.Full(),
            new Event.Stranded(),
            new Event.Noted());

    assertThat(held.progress().state()).isEqualTo("held");
    assertThat(held.progress().code()).isEqualTo("no-flight");
    assertThat(held.since()).isEqualTo(minute(3));
  }

  @Test
  void is_listed_by_its_state_and_since_when() {
    assertThat(after(new Event.Asked(), new Event.Flown()))
        .extracting(Changes::shared)
        .containsExactly(
            List.of(new Change.Index("by-state", "t", "processing", START.toEpochMilli())),
            List.of(new Change.Index("by-state", "t", "processing", minute(1).toEpochMilli())));
    assertThat(ProcessManager.list(Progress.State.PROCESSING).value()).contains("processing");
  }

  @Test
  void is_called_as_its_category_whatever_reactions_answer_it() {
    List<ProcessManager> found =
        ProcessManager.of(
            List.of(answering("trip-next", DECIDER), answering("trip-letters", DECIDER)));

    assertThat(found).hasSize(1);
    assertThat(found.getFirst().name()).isEqualTo("trip");
    assertThat(found.getFirst().projection().name()).isEqualTo("process-trip");
    assertThat(found.getFirst().reactions()).containsExactly("trip-next", "trip-letters");
  }

  @Test
  void is_nothing_of_what_says_no_progress_or_is_answered_by_others() {
    Decider<Told, Integer, Event> plain =
        new Decider<>(TRIPS, Told::trip, 0, (_, _) -> List.of(), (count, _) -> count);
    Reaction<Transfer.Event> foreign =
        Reaction.of("foreign", Transfer.TRANSFERS, _ -> List.of())
            .answering(DECIDER, (event, result) -> new Told(event.id(), result));

    assertThat(ProcessManager.of(List.of(answering("plain", plain), foreign))).isEmpty();
  }

  @Test
  void is_folded_anew_where_the_decider_says_so() {
    assertThat(process(decider(new Trip(Steps.NONE, 0), 1)).projection().version())
        .isEqualTo(process(DECIDER).projection().version())
        .isPositive();
    assertThat(process(decider(new Trip(Steps.NONE, 0), 2)).projection().version())
        .isNotEqualTo(process(DECIDER).projection().version())
        .isPositive();
  }

  @Test
  void is_of_one_state() {
    Decider<Told, Trip, Event> other = decider(new Trip(Steps.NONE, 0), 2);

    assertThatThrownBy(
            () ->
                ProcessManager.of(
                    List.of(answering("trip-next", DECIDER), answering("trip-letters", other))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the process 'trip' has two states");
  }

  @Test
  void can_be_stored() {
    record Working(Steps steps, Thread on) implements Progress {}
    Decider<Told, Working, Event> decider =
        new Decider<>(
            TRIPS,
            Told::trip,
            new Working(Steps.NONE, Thread.currentThread()),
            (_, _) -> List.of(),
            (working, _) -> working);

    assertThatThrownBy(() -> process(decider))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the state of the process 'trip'")
        .hasMessageContaining("Working.on is a java.lang.Thread");
  }
}
