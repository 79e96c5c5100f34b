package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import dev.foldline.eventstoredb.commands.Counter.Command.TakeAll;
import dev.foldline.testing.Faults.Fault;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The command handler in a batch")
class BatchesTest extends StreamScenario {

  @Test
  void appends_in_one_write_what_waited() {
    Instance instance = Instance.of(streams);
    List<CompletableFuture<Receipt>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add(instance.handle(id, new AddOneByOne(2)).subscribeAsCompletionStage());
    }
    List<Long> revisions = answers.stream().map(answer -> answer.join().revision()).toList();

    assertThat(revisions).containsExactlyElementsOf(odd(100));
    assertThat(amounts()).hasSize(200);
    assertThat(instance.appends.get()).isLessThan(10);
  }

  private static List<Long> odd(int count) {
    return Stream.iterate(1L, last -> last + 2).limit(count).toList();
  }

  @Test
  void gives_each_its_own_answer() {
    Instance instance = Instance.of(streams);
    get(instance.handle(id, new Add(5)));
    var first = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    var taken = instance.handle(id, new Take(6)).subscribeAsCompletionStage();
    var refused = instance.handle(id, new Take(1)).subscribeAsCompletionStage();
    var nothing = instance.handle(id, new TakeAll()).subscribeAsCompletionStage();
    var last = instance.handle(id, new Add(2)).subscribeAsCompletionStage();

    assertThat(first.join().revision()).isEqualTo(1);
    assertThat(taken.join().revision()).isEqualTo(2);
    assertThatThrownBy(refused::join).hasCauseInstanceOf(Refused.class);
    assertThat(nothing.join().revision()).isEqualTo(2);
    assertThat(last.join().revision()).isEqualTo(3);
    assertThat(amounts()).containsExactly(5L, 1L, -6L, 2L);
  }

  @Test
  void refuses_nothing_on_an_old_state_beside_a_repeat_of_what_was_done_elsewhere() {
    AtomicBoolean hold = new AtomicBoolean();
    CompletableFuture<List<Recorded<StoredEvent>>> held = new CompletableFuture<>();
    Instance behind = holding(hold, held);
    get(behind.handle(id, new Add(10)));
    Instance ahead = Instance.of(streams);
    get(ahead.handle("k", id, new Add(5)));
    get(ahead.handle(id, new Add(100)));

    hold.set(true);
    var first = behind.handle(id, new Take(50)).subscribeAsCompletionStage();
    var taken = behind.handle(id, new Take(50)).subscribeAsCompletionStage();
    var repeat = behind.handle("k", id, new Add(5)).subscribeAsCompletionStage();
    held.completeExceptionally(new Unavailable("lost"));

    assertThatThrownBy(first::join).hasCauseInstanceOf(Unavailable.class);
    assertThat(taken.join().revision()).isEqualTo(3);
    assertThat(repeat.join().revision()).isEqualTo(1);
    assertThat(amounts()).containsExactly(10L, 5L, 100L, -50L);
  }

  @Test
  void refuses_nothing_on_an_old_state_where_it_had_no_room_beside_such_a_repeat() {
    AtomicBoolean hold = new AtomicBoolean();
    CompletableFuture<List<Recorded<StoredEvent>>> held = new CompletableFuture<>();
    Instance behind = holding(hold, held);
    get(behind.handle(id, new Add(10)));
    Instance ahead = Instance.of(streams);
    get(ahead.handle("k", id, new AddOneByOne(600)));
    get(ahead.handle("l", id, new AddOneByOne(600)));
    get(ahead.handle(id, new Add(1_000)));

    hold.set(true);
    var first = behind.handle(id, new Take(2_000)).subscribeAsCompletionStage();
    var repeat = behind.handle("k", id, new AddOneByOne(600)).subscribeAsCompletionStage();
    var second = behind.handle("l", id, new AddOneByOne(600)).subscribeAsCompletionStage();
    var taken = behind.handle(id, new Take(2_000)).subscribeAsCompletionStage();
    held.completeExceptionally(new Unavailable("lost"));

    assertThatThrownBy(first::join).hasCauseInstanceOf(Unavailable.class);
    assertThat(repeat.join().revision()).isEqualTo(600);
    assertThat(second.join().revision()).isEqualTo(1_200);
    assertThat(taken.join().revision()).isEqualTo(1_202);
  }

  /** An instance with a read that waits where it is told to. */
  private static Instance holding(
      AtomicBoolean hold, CompletableFuture<List<Recorded<StoredEvent>>> held) {
    return new Instance(
        streams,
        Snapshots.NONE,
        HandlerOptions.PLENTY,
        _ -> Fault.NONE,
        real ->
            new Meddled(real) {
              @Override
              Uni<List<Recorded<StoredEvent>>> reading(String stream, long from, int limit) {
                return hold.getAndSet(false)
                    ? Uni.createFrom().completionStage(held)
                    : super.reading(stream, from, limit);
              }
            });
  }

  @Test
  void splits_what_the_store_does_not_take_at_once() {
    Instance instance = Instance.of(streams);
    List<CompletableFuture<Receipt>> answers = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      answers.add(instance.handle(id, new AddOneByOne(400)).subscribeAsCompletionStage());
    }

    assertThat(answers.getLast().join().revision()).isEqualTo(2_799);
    assertThat(instance.appends.get()).isEqualTo(4);
  }
}
