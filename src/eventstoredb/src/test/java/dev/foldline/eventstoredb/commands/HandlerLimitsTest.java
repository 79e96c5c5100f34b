package dev.foldline.eventstoredb.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Appended;
import dev.foldline.core.Conflict;
import dev.foldline.core.Decider;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.core.WrongRevision;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.testing.Faults.Fault;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The command handler where something is in its way")
class HandlerLimitsTest extends StreamScenario {

  @Test
  void gives_up_where_others_keep_being_first() {
    CommandOptions impatient = HandlerOptions.of(it -> it.attempts = 3);
    Instance unlucky =
        new Instance(
            streams,
            Snapshots.NONE,
            impatient,
            _ -> Fault.NONE,
            real ->
                new Meddled(real) {
                  @Override
                  Uni<Appended> appending(String stream, long expected, List<StoredEvent> events) {
                    return Uni.createFrom().failure(new WrongRevision(stream));
                  }
                });

    get(Instance.of(streams).handle(id, new Add(1)));

    assertThatThrownBy(() -> get(unlucky.handle(id, new Add(1)))).isInstanceOf(Conflict.class);
    assertThat(unlucky.heard.conflicts).hasValue(3);
  }

  @Test
  void lets_no_bug_of_one_touch_its_neighbours() {
    Decider<Integer, Counter, Counter.Event> buggy =
        new Decider<>(
            Counter.COUNTERS,
            _ -> id,
            new Counter.Empty(),
            (command, _) -> List.of(new Counter.Added(100 / command)),
            Counter.DECIDER.evolve());
    CommandHandler handler =
        new CommandHandler(
            streams,
            Instance.CODEC,
            Snapshots.NONE,
            () -> CommandContext.NONE,
            HandlerOptions.PLENTY,
            new Instance.Heard());
    var first = handler.handle(buggy, 1).subscribeAsCompletionStage();
    var bug = handler.handle(buggy, 0).subscribeAsCompletionStage();
    var last = handler.handle(buggy, 2).subscribeAsCompletionStage();

    assertThat(first.join().revision()).isZero();
    assertThatThrownBy(bug::join).hasCauseInstanceOf(ArithmeticException.class);
    assertThat(last.join().revision()).isEqualTo(1);
  }

  @Test
  void goes_on_with_other_streams_where_one_is_stuck() {
    Instance instance = Instance.of(streams, faults("read", Fault.CRASH_BEFORE));
    var stuck = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    var behind = instance.handle(id, new Add(1)).subscribeAsCompletionStage();

    assertThat(get(instance.handle(id + "b", new Add(1))).revision()).isZero();
    assertThat(stuck).isNotDone();
    assertThat(behind).isNotDone();
  }

  @Test
  void refuses_more_than_may_wait() {
    CommandOptions options = HandlerOptions.of(it -> it.queue = 2);
    Instance instance =
        new Instance(streams, Snapshots.NONE, options, faults("read", Fault.CRASH_BEFORE));
    CompletableFuture<?> _ = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    CompletableFuture<?> _ = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    CompletableFuture<?> _ = instance.handle(id, new Add(1)).subscribeAsCompletionStage();

    assertThatThrownBy(() -> get(instance.handle(id, new Add(1))))
        .isInstanceOfSatisfying(
            Unavailable.class, e -> assertThat(e.code()).isEqualTo("overloaded"));
  }

  @Test
  void refuses_more_than_may_be_on_their_way() {
    CommandOptions options = HandlerOptions.of(it -> it.inFlight = 2);
    Instance instance =
        new Instance(streams, Snapshots.NONE, options, faults("read", Fault.CRASH_BEFORE));
    var stuck = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    CompletableFuture<?> _ = instance.handle(id, new Add(1)).subscribeAsCompletionStage();

    assertThatThrownBy(() -> get(instance.handle(id + "b", new Add(1))))
        .isInstanceOf(Unavailable.class);
    stuck.cancel(true);
    assertThat(get(instance.handle(id + "b", new Add(1))).revision()).isZero();
  }

  @Test
  void does_nothing_for_a_caller_that_went_away() {
    Instance instance = Instance.of(streams);
    var first = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    var gone = instance.handle(id, new Add(2)).subscribeAsCompletionStage();
    gone.cancel(true);
    var last = instance.handle(id, new Add(4)).subscribeAsCompletionStage();

    assertThat(first.join().revision()).isZero();
    assertThat(last.join().revision()).isEqualTo(1);
    assertThat(amounts()).containsExactly(1L, 4L);
  }

  @Test
  void fails_on_an_event_that_it_cannot_read_and_harms_nothing() {
    get(
        store.append(
            "counter-" + id,
            List.of(
                new StoredEvent(UUID.randomUUID(), "foreign", "{}".getBytes(UTF_8), new byte[0]))));

    assertThatThrownBy(() -> get(Instance.of(streams).handle(id, new Add(1))))
        .isInstanceOf(UnknownEvent.class);
    assertThat(events()).hasSize(1);
  }
}
