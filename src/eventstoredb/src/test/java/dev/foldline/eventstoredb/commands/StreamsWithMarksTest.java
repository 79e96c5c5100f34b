package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.StreamMetadata;
import dev.foldline.core.Caller;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Truncated;
import dev.foldline.core.View;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity.OfEffect;
import dev.foldline.core.commands.CommandIdentity.OnRefusal;
import dev.foldline.core.commands.Earlier;
import dev.foldline.core.commands.Precondition;
import dev.foldline.eventstoredb.commands.Counter.Command;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import dev.foldline.eventstoredb.commands.Counter.Command.TakeAll;
import dev.foldline.eventstoredb.events.DiscardedEvents;
import dev.foldline.eventstoredb.events.StreamFold;
import dev.foldline.testing.StoreRequests;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A stream with marks")
class StreamsWithMarksTest extends StreamScenario {

  private final Instance.Memory memory = new Instance.Memory();
  private final StreamFold folds =
      new StreamFold(streams, Instance.CODEC, DiscardedEvents.NONE, Duration.ofSeconds(10));

  private String stream() {
    return "counter-" + id;
  }

  private CommandHandler handler(Snapshots snapshots, CommandOptions options) {
    return new CommandHandler(
        streams,
        Instance.CODEC,
        snapshots,
        () -> CommandContext.NONE,
        options,
        new Instance.Heard());
  }

  private CommandHandler handler() {
    return handler(Snapshots.NONE, HandlerOptions.PLENTY);
  }

  private Receipt handle(Command command, Precondition precondition) {
    CommandContext context =
        new CommandContext(
            Caller.ANONYMOUS, Optional.empty(), precondition, Map.of(), Duration.ofSeconds(5));
    return get(handler().handle(Counter.DECIDER, new Counter.To(id, command), context));
  }

  private Receipt handle(Command command) {
    return handle(command, new Precondition.None());
  }

  /** A command of an effect that leaves no event, and so a mark. */
  private void mark(CommandHandler handler, Command command) {
    OfEffect effect = new OfEffect(UUID.randomUUID(), 0, new Earlier.NeverWas(), OnRefusal.MARK);
    try {
      get(
          handler.handle(
              Counter.DECIDER, new Counter.To(id, command), CommandContext.NONE, effect));
    } catch (Refused _) {
      // that is what the mark is for
    }
    assertThat(events().getLast().event().isMark()).isTrue();
  }

  private void mark() {
    mark(handler(), new Take(1_000));
  }

  private Optional<View<Long>> fold(Predicate<Recorded<?>> upTo) {
    return get(folds.fold(Counter.SUM, stream(), upTo));
  }

  private List<Long> unmarked(long from, int limit) {
    return get(store.unmarked(stream(), from, limit)).stream().map(Recorded::revision).toList();
  }

  @Test
  void holds_none_of_them_in_its_folds_and_stands_at_them() {
    mark();
    assertThat(fold(_ -> true)).isEmpty();
    handle(new Add(5));
    mark();
    mark(handler(), new Take(6));
    handle(new Add(2));
    mark();

    assertThat(fold(_ -> true)).hasValue(new View<>(stream(), 5, 7L));
    assertThat(fold(event -> event.revision() <= 0)).isEmpty();
    assertThat(fold(event -> event.revision() <= 1)).hasValue(new View<>(stream(), 1, 5L));
    assertThat(fold(event -> event.revision() <= 3)).hasValue(new View<>(stream(), 3, 5L));
    assertThat(fold(event -> event.revision() <= 4)).hasValue(new View<>(stream(), 4, 7L));
    assertThat(handle(new TakeAll()).revision()).isEqualTo(6);
  }

  @Test
  void is_folded_from_a_mark_that_begins_it_anew() {
    handle(new Add(5));
    delete();
    get(store.append(stream(), 0, List.of(StoreRequests.mark(true))));
    assertThat(fold(_ -> true)).isEmpty();
    handle(new Add(2));

    assertThat(fold(_ -> true)).hasValue(new View<>(stream(), 2, 2L));
  }

  private void delete() {
    get(server.client().deleteStream(stream(), DeleteStreamOptions.get()));
  }

  static Stream<Precondition> ofAnEvent() {
    return Stream.of(
        new Precondition.MustExist(),
        new Precondition.Exactly(0),
        new Precondition.Exactly(1),
        new Precondition.Exactly(2));
  }

  @ParameterizedTest
  @MethodSource("ofAnEvent")
  void is_at_its_event_and_at_each_mark_behind_it(Precondition precondition) {
    handle(new Add(1));
    mark();
    mark();

    assertThat(handle(new Add(1), precondition).revision()).isEqualTo(3);
  }

  @Test
  void is_neither_where_it_was_nor_where_it_is_not() {
    mark();
    handle(new Add(1));
    mark();

    for (Precondition broken :
        List.of(
            new Precondition.Exactly(0),
            new Precondition.Exactly(3),
            new Precondition.MustNotExist())) {
      assertThatThrownBy(() -> handle(new Add(1), broken))
          .isInstanceOfSatisfying(
              PreconditionFailed.class, e -> assertThat(e.revision()).isEqualTo(1));
    }
  }

  @Test
  void is_one_without_events_where_there_are_only_marks() {
    mark();
    mark();

    for (Precondition broken :
        List.of(
            new Precondition.MustExist(),
            new Precondition.Exactly(0),
            new Precondition.Exactly(1))) {
      assertThatThrownBy(() -> handle(new Add(1), broken))
          .isInstanceOfSatisfying(
              PreconditionFailed.class, e -> assertThat(e.revision()).isEqualTo(-1));
    }
    assertThat(unmarked(0, 10)).isEmpty();
    assertThat(handle(new Add(1), new Precondition.MustNotExist()).revision()).isEqualTo(2);
  }

  @Test
  void is_read_past_them() {
    get(store.append(stream(), -1, List.of(StoreRequests.mark(true))));
    get(store.append(stream(), 0, Collections.nCopies(3, 0).stream().map(_ -> one()).toList()));
    get(
        store.append(
            stream(), 3, Stream.generate(() -> StoreRequests.mark(false)).limit(1_100).toList()));
    get(store.append(stream(), 1_103, List.of(one())));

    assertThat(unmarked(0, 1)).containsExactly(1L);
    assertThat(unmarked(0, 3)).containsExactly(1L, 2L, 3L);
    assertThat(unmarked(2, 3)).containsExactly(2L, 3L, 1_104L);
    assertThat(unmarked(4, 1)).containsExactly(1_104L);
    assertThat(unmarked(0, 1_000)).containsExactly(1L, 2L, 3L, 1_104L);
    assertThat(unmarked(1_105, 1)).isEmpty();
  }

  private static StoredEvent one() {
    return Instance.CODEC.encode(UUID.randomUUID(), new Counter.Added(1));
  }

  @Test
  void is_not_taken_for_one_without_events_where_they_are_gone() throws Exception {
    handle(new Add(1));
    mark();
    StreamMetadata metadata = new StreamMetadata();
    metadata.setTruncateBefore(2L);
    server.client().setStreamMetadata(stream(), metadata).get(20, TimeUnit.SECONDS);

    assertThatThrownBy(() -> unmarked(0, 1)).isInstanceOf(Truncated.class);
  }

  @Test
  void has_snapshots_that_were_taken_at_a_mark() {
    CommandOptions cold = HandlerOptions.coldWithSnapshots(5);
    handle(new Add(7));
    for (int i = 0; i < 4; i++) {
      mark(handler(memory, cold), new Take(1_000));
    }
    await().until(() -> memory.kept.containsKey(stream()));
    assertThat(memory.kept.get(stream())).contains("\"revision\":4", "\"unmarked\":0");
    StreamMetadata metadata = new StreamMetadata();
    metadata.setTruncateBefore(4L); // so that nothing but the snapshot knows what it holds
    get(server.client().setStreamMetadata(stream(), metadata));

    CommandContext context =
        new CommandContext(
            Caller.ANONYMOUS,
            Optional.empty(),
            new Precondition.Exactly(0),
            Map.of(),
            Duration.ofSeconds(5));
    Receipt taken =
        get(
            handler(memory, cold)
                .handle(Counter.DECIDER, new Counter.To(id, new Take(7)), context));
    assertThat(taken.revision()).isEqualTo(5);
  }
}
