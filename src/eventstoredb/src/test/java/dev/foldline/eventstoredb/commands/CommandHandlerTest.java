package dev.foldline.eventstoredb.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.StreamMetadata;
import dev.foldline.core.Appended;
import dev.foldline.core.Conflict;
import dev.foldline.core.Decider;
import dev.foldline.core.KeyReused;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.core.WrongRevision;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.Precondition;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import dev.foldline.eventstoredb.commands.Counter.Command.TakeAll;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.Faults.Fault;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The command handler")
class CommandHandlerTest {

  private static EventStoreServer server;
  private static EventStore store;
  private static Streams streams;

  private final String id = UUID.randomUUID().toString();

  @BeforeAll
  static void start() {
    server = EventStoreServer.start();
    store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
    streams = store.streams();
  }

  @AfterAll
  static void stop() {
    store.close();
    server.close();
  }

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  private List<Recorded<StoredEvent>> events() {
    return streams.read("counter-" + id, 0, 500).toCompletableFuture().join();
  }

  private List<Long> amounts() {
    return events().stream()
        .flatMap(
            event -> Instance.CODEC.decode(event, Counter.COUNTERS).stream().map(Recorded::event))
        .map(event -> event instanceof Counter.Taken taken ? -taken.amount() : event.amount())
        .toList();
  }

  /** Faults for the next calls at a point, in this order, and none after them. */
  private static Function<String, Fault> faults(String at, Fault... faults) {
    Queue<Fault> plan = new ArrayDeque<>(List.of(faults));
    return point -> {
      synchronized (plan) {
        return point.equals(at) && !plan.isEmpty() ? plan.remove() : Fault.NONE;
      }
    };
  }

  private static Instance instance(Function<String, Fault> plan) {
    return Instance.of(streams, plan);
  }

  private static Instance instance(Snapshots snapshots, CommandOptions options) {
    return new Instance(streams, snapshots, options, _ -> Fault.NONE);
  }

  @Nested
  @DisplayName("in a batch")
  class Batches {

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
          CommandOptions.DEFAULT,
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
    void gives_up_where_others_keep_being_first() {
      CommandOptions impatient =
          new CommandOptions(3, 100, 10, 10, 10, 100, Duration.ofDays(1), 0, Set.of());
      Instance unlucky =
          new Instance(
              streams,
              Snapshots.NONE,
              impatient,
              _ -> Fault.NONE,
              real ->
                  new Meddled(real) {
                    @Override
                    Uni<Appended> appending(
                        String stream, long expected, List<StoredEvent> events) {
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
              CommandOptions.DEFAULT,
              new Instance.Heard());
      var first = handler.handle(buggy, 1).subscribeAsCompletionStage();
      var bug = handler.handle(buggy, 0).subscribeAsCompletionStage();
      var last = handler.handle(buggy, 2).subscribeAsCompletionStage();

      assertThat(first.join().revision()).isZero();
      assertThatThrownBy(bug::join).hasCauseInstanceOf(ArithmeticException.class);
      assertThat(last.join().revision()).isEqualTo(1);
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

    @Test
    void goes_on_with_other_streams_where_one_is_stuck() {
      Instance instance = instance(faults("read", Fault.CRASH_BEFORE));
      var stuck = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
      var behind = instance.handle(id, new Add(1)).subscribeAsCompletionStage();

      assertThat(get(instance.handle(id + "b", new Add(1))).revision()).isZero();
      assertThat(stuck).isNotDone();
      assertThat(behind).isNotDone();
    }

    @Test
    void refuses_more_than_may_wait() {
      CommandOptions options =
          new CommandOptions(3, 100, 2, 10, 10, 10, Duration.ofDays(1), 0, Set.of());
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
      CommandOptions options =
          new CommandOptions(3, 2, 10, 10, 10, 10, Duration.ofDays(1), 0, Set.of());
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
  }

  @Nested
  @DisplayName("with a warm state")
  class Warm {

    @Test
    void appends_without_a_read() {
      Instance instance = Instance.of(streams);
      get(instance.handle(id, new Add(1)));
      assertThat(instance.reads).hasValue(1);

      get(instance.handle(id, new Add(1)));

      assertThat(instance.reads).hasValue(1);
      assertThat(instance.appends).hasValue(2);
    }

    @Test
    void refuses_only_on_a_state_that_was_verified() {
      Instance stale = Instance.of(streams);
      get(stale.handle(id, new Add(1)));
      get(Instance.of(streams).handle(id, new Add(9)));

      assertThat(get(stale.handle(id, new Take(10))).revision()).isEqualTo(2);
    }

    @Test
    void says_there_is_nothing_to_do_only_on_a_state_that_was_verified() {
      Instance stale = Instance.of(streams);
      get(stale.handle(id, new Add(1)));
      get(stale.handle(id, new Take(1)));
      get(Instance.of(streams).handle(id, new Add(9)));

      assertThat(get(stale.handle(id, new TakeAll())).revision()).isEqualTo(3);
      assertThat(amounts()).containsExactly(1L, -1L, 9L, -9L);
    }

    @Test
    void decides_again_on_what_others_appended() {
      Instance stale = Instance.of(streams);
      get(stale.handle(id, new Add(5)));
      get(Instance.of(streams).handle(id, new Take(5)));

      assertThatThrownBy(() -> get(stale.handle(id, new Take(5)))).isInstanceOf(Refused.class);
      assertThat(stale.heard.conflicts).hasValue(1);
    }

    @Test
    void notices_that_the_stream_is_another_one() {
      EventStoreServer.mustBeOwn("has two event stores");
      Instance instance = Instance.of(streams);
      get(instance.handle(id, new AddOneByOne(3)));
      try (var other = EventStoreServer.start();
          var elsewhere = new EventStore(other.connectionString(), Duration.ofSeconds(5))) {
        Queue<Streams> stores = new ArrayDeque<>(List.of(streams));
        Streams moving = new Moving(stores);
        Instance moved = Instance.of(moving);
        get(moved.handle(id, new Add(1)));
        stores.remove();
        stores.add(elsewhere.streams());

        assertThat(get(moved.handle(id, new Add(1))).revision()).isZero();
        assertThat(moved.heard.discarded).hasValue(1);
      }
    }

    private record Moving(Queue<Streams> stores) implements Streams {
      @Override
      public CompletionStage<Appended> append(
          String stream, long expected, List<StoredEvent> events) {
        return stores.element().append(stream, expected, events);
      }

      @Override
      public CompletionStage<List<Recorded<StoredEvent>>> read(
          String stream, long from, int limit) {
        return stores.element().read(stream, from, limit);
      }
    }
  }

  @Nested
  @DisplayName("with an idempotency key")
  class Keys {

    @Test
    void gives_a_repeat_the_first_receipt() {
      Instance instance = Instance.of(streams);
      Receipt first = get(instance.handle("k", id, new AddOneByOne(2)));
      get(instance.handle(id, new Add(1)));

      assertThat(get(instance.handle("k", id, new AddOneByOne(2)))).isEqualTo(replayed(first));
      assertThat(get(Instance.of(streams).handle("k", id, new AddOneByOne(2))))
          .isEqualTo(replayed(first));
      assertThat(amounts()).hasSize(3);
    }

    private static Receipt replayed(Receipt receipt) {
      return new Receipt(receipt.stream(), receipt.revision(), true);
    }

    @Test
    void refuses_another_command() {
      get(Instance.of(streams).handle("k", id, new Add(1)));

      assertThatThrownBy(() -> get(Instance.of(streams).handle("k", id, new Add(2))))
          .isInstanceOf(KeyReused.class);
      assertThatThrownBy(() -> get(Instance.of(streams).handle("k", id, new Take(1))))
          .isInstanceOf(KeyReused.class);
    }

    @Test
    void knows_a_repeat_in_the_same_batch() {
      Instance instance = Instance.of(streams);
      var before = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
      var first = instance.handle("k", id, new Add(2)).subscribeAsCompletionStage();
      var repeat = instance.handle("k", id, new Add(2)).subscribeAsCompletionStage();
      var reused = instance.handle("k", id, new Add(3)).subscribeAsCompletionStage();

      assertThat(before.join().revision()).isZero();
      assertThat(repeat.join()).isEqualTo(replayed(first.join()));
      assertThatThrownBy(reused::join).hasCauseInstanceOf(KeyReused.class);
      assertThat(amounts()).containsExactly(1L, 2L);
    }

    @Test
    void decides_again_what_was_refused() {
      Instance instance = Instance.of(streams);
      assertThatThrownBy(() -> get(instance.handle("k", id, new Take(1))))
          .isInstanceOf(Refused.class);
      get(instance.handle(id, new Add(1)));

      assertThat(get(instance.handle("k", id, new Take(1))).replayed()).isFalse();
    }

    @Test
    void repeats_before_it_asks_for_preconditions() {
      Instance instance = Instance.of(streams);

      assertThat(get(opening(instance)).replayed()).isFalse();
      assertThat(get(opening(instance)).replayed()).isTrue();
      assertThat(events().getFirst().metadata())
          .containsEntry("$correlationId", "c")
          .containsEntry("idempotencyKey", "k");
    }

    private Uni<Receipt> opening(Instance instance) {
      instance.context =
          new CommandContext(
              Optional.of(Instance.keyed("k", "open")),
              new Precondition.MustNotExist(),
              Map.of("$correlationId", "c"),
              Duration.ofSeconds(5));
      return instance.handle(id, new Add(1));
    }

    @Test
    void forgets_what_is_out_of_its_window() {
      CommandOptions two =
          new CommandOptions(3, 100, 10, 10, 10, 2, Duration.ofDays(1), 0, Set.of());
      Instance instance = instance(Snapshots.NONE, two);
      get(instance.handle("a", id, new Add(1)));
      get(instance.handle("b", id, new Add(2)));
      get(instance.handle("c", id, new Add(3)));

      assertThat(get(instance.handle("b", id, new Add(2))).replayed()).isTrue();
      assertThat(get(instance(Snapshots.NONE, two).handle("a", id, new Add(1))).replayed())
          .isFalse();
    }

    @Test
    void is_safe_on_two_instances_at_once() {
      Instance first = Instance.of(streams);
      Instance second = Instance.of(streams);
      var answers =
          Stream.of(first, second)
              .map(instance -> instance.handle("k", id, new Add(1)).subscribeAsCompletionStage())
              .toList();

      assertThat(answers).allSatisfy(answer -> assertThat(answer.join().revision()).isZero());
      assertThat(amounts()).containsExactly(1L);
    }
  }

  @Nested
  @DisplayName("under preconditions")
  class Preconditions {

    private Instance under(Precondition precondition) {
      Instance instance = Instance.of(streams);
      instance.context =
          new CommandContext(Optional.empty(), precondition, Map.of(), Duration.ofSeconds(5));
      return instance;
    }

    @Test
    void decides_only_where_they_hold() {
      get(under(new Precondition.MustNotExist()).handle(id, new Add(1)));
      get(under(new Precondition.MustExist()).handle(id, new Add(1)));
      get(under(new Precondition.Exactly(1)).handle(id, new Add(1)));

      for (Precondition broken :
          List.of(new Precondition.MustNotExist(), new Precondition.Exactly(1))) {
        assertThatThrownBy(() -> get(under(broken).handle(id, new Add(1))))
            .isInstanceOfSatisfying(
                PreconditionFailed.class, e -> assertThat(e.revision()).isEqualTo(2));
      }
    }

    @Test
    void fails_only_on_a_state_that_was_verified() {
      Instance stale = under(new Precondition.Exactly(1));
      assertThatThrownBy(() -> get(stale.handle(id, new Add(1))))
          .isInstanceOf(PreconditionFailed.class);
      get(Instance.of(streams).handle(id, new AddOneByOne(2)));

      assertThat(get(stale.handle(id, new Add(1))).revision()).isEqualTo(2);
    }
  }

  @Nested
  @DisplayName("where an append is not answered")
  class Unanswered {

    @Test
    void finds_out_that_it_was_done() {
      for (Fault fault : List.of(Fault.ANSWER_LOST, Fault.DONE_LATE)) {
        Instance instance = instance(faults("append", fault));
        long before = events().size();

        assertThat(get(instance.handle(id, new Add(1))).revision()).isEqualTo(before);
        assertThat(events()).hasSize((int) before + 1);
        assertThat(instance.heard.unknown).hasPositiveValue();
      }
    }

    @Test
    void finds_out_that_it_was_not() {
      Instance instance = instance(faults("append", Fault.NEVER_ARRIVES));

      assertThat(get(instance.handle(id, new Add(1))).revision()).isZero();
      assertThat(amounts()).containsExactly(1L);
    }

    @Test
    void finds_its_events_where_others_came_after_them() {
      Instance other = Instance.of(streams);
      boolean[] lost = {false};
      Streams meddled =
          new Meddled(streams) {
            @Override
            Uni<Appended> appending(String stream, long expected, List<StoredEvent> events) {
              Uni<Appended> append = super.appending(stream, expected, events);
              if (lost[0]) {
                return append;
              }
              lost[0] = true;
              return append
                  .chain(() -> other.handle(id, new Add(7)))
                  .chain(() -> Uni.createFrom().failure(new OutcomeUnknown(stream)));
            }
          };

      assertThat(get(Instance.of(meddled).handle(id, new AddOneByOne(2))).revision()).isEqualTo(1);
      assertThat(amounts()).containsExactly(1L, 1L, 7L);
    }

    @Test
    void says_so_where_it_cannot_be_known_in_time_and_a_repeat_settles_it() {
      Instance instance =
          instance(point -> point.equals("append") ? Fault.ANSWER_LOST : Fault.NEVER_ARRIVES);
      get(Instance.of(streams).handle(id, new Add(1)));
      Instance cut =
          instance(
              new Function<>() {
                private int reads;

                @Override
                public synchronized Fault apply(String point) {
                  return point.equals("append")
                      ? Fault.ANSWER_LOST
                      : reads++ == 0 ? Fault.NONE : Fault.NEVER_ARRIVES;
                }
              });
      cut.context =
          new CommandContext(
              Optional.of(Instance.keyed("k", new Add(2))),
              new Precondition.None(),
              Map.of(),
              Duration.ofMillis(300));

      assertThatThrownBy(() -> get(cut.handle(id, new Add(2)))).isInstanceOf(OutcomeUnknown.class);
      assertThatThrownBy(() -> get(instance.handle(id, new Add(2))))
          .isInstanceOf(Unavailable.class);
      assertThat(get(Instance.of(streams).handle("k", id, new Add(2))).replayed()).isTrue();
      assertThat(amounts()).containsExactly(1L, 2L);
    }

    @Test
    void tells_a_caller_that_waited_in_vain_that_nothing_was_written() {
      Instance instance = instance(faults("read", Fault.CRASH_BEFORE));
      instance.context =
          new CommandContext(
              Optional.empty(), new Precondition.None(), Map.of(), Duration.ofMillis(100));

      assertThatThrownBy(() -> get(instance.handle(id, new Add(2))))
          .isInstanceOf(Unavailable.class);
    }
  }

  @Nested
  @DisplayName("with snapshots")
  class WithSnapshots {

    private static final CommandOptions COLD =
        new CommandOptions(3, 100, 10, 10, 0, 100, Duration.ofDays(1), 5, Set.of());

    private final Instance.Memory memory = new Instance.Memory();

    private String snapshot() {
      await().until(() -> memory.kept.containsKey("counter-" + id));
      return String.valueOf(memory.kept.get("counter-" + id));
    }

    @Test
    void goes_on_from_the_last_one() {
      get(instance(memory, COLD).handle("k", id, new AddOneByOne(7)));
      assertThat(snapshot()).contains("\"revision\":6", "\"@type\":\"Holding\"", "\"amount\":7");

      assertThat(get(instance(memory, COLD).handle(id, new Take(7))).revision()).isEqualTo(7);
      assertThat(get(instance(memory, COLD).handle("k", id, new AddOneByOne(7))).replayed())
          .isTrue();
    }

    @Test
    void trusts_none_that_is_corrupt_of_another_version_or_of_another_stream() {
      get(instance(memory, COLD).handle(id, new AddOneByOne(7)));
      String good = snapshot();
      List<String> useless =
          List.of(
              "",
              "null",
              "{",
              good.substring(0, good.length() / 2),
              good.replaceAll("\"schema\":\"[^\"]*\"", "\"schema\":\"older\""),
              good.replace("\"revision\":6", "\"revision\":60"),
              good.replaceAll("\"lastEvent\":\"[^\"]*\"", "\"lastEvent\":\"" + id + "\""),
              good.replace("\"@type\":\"Holding\"", "\"@type\":\"Hoarding\""),
              good.replace("\"amount\":7", "\"amount\":\"a lot\""));
      for (String snapshot : useless) {
        memory.kept.put("counter-" + id, snapshot);
        Instance instance = instance(memory, COLD);

        assertThatThrownBy(() -> get(instance.handle(id, new Take(8)))).isInstanceOf(Refused.class);
        assertThat(instance.heard.ignored.get() + instance.heard.discarded.get())
            .as(snapshot)
            .isEqualTo(1);
      }
    }

    @Test
    void is_as_right_where_they_are_away() {
      Snapshots away =
          new Snapshots() {
            @Override
            public CompletionStage<Optional<String>> load(String stream) {
              throw new IllegalStateException("away");
            }

            @Override
            public CompletionStage<Void> save(String stream, String snapshot) {
              return CompletableFuture.failedStage(new IllegalStateException("away"));
            }
          };
      Instance instance = instance(away, COLD);

      assertThat(get(instance.handle(id, new AddOneByOne(7))).revision()).isEqualTo(6);
      assertThat(get(instance.handle(id, new Take(7))).revision()).isEqualTo(7);
      assertThat(instance.heard.away).hasValue(1);
    }

    @Test
    void asks_for_none_of_a_stream_that_is_too_short_to_have_one() {
      Snapshots unasked =
          new Snapshots() {
            @Override
            public CompletionStage<Optional<String>> load(String stream) {
              throw new IllegalStateException("asked for " + stream);
            }

            @Override
            public CompletionStage<Void> save(String stream, String snapshot) {
              throw new IllegalStateException("given one of " + stream);
            }
          };
      Instance instance = instance(unasked, COLD);

      get(instance.handle(id, new AddOneByOne(4)));

      assertThatThrownBy(() -> get(instance.handle(id, new Take(5)))).isInstanceOf(Refused.class);
      assertThat(instance.heard.away).hasValue(0);
    }

    @Test
    void knows_what_was_in_a_stream_before_it_was_truncated() throws Exception {
      get(instance(memory, COLD).handle(id, new AddOneByOne(7)));
      assertThat(snapshot()).contains("\"revision\":6");
      StreamMetadata metadata = new StreamMetadata();
      metadata.setTruncateBefore(6L);
      store.client().setStreamMetadata("counter-" + id, metadata).get(20, TimeUnit.SECONDS);

      assertThat(get(instance(memory, COLD).handle(id, new Take(7))).revision()).isEqualTo(7);
    }

    @Test
    void keeps_none_where_they_are_off() {
      CommandOptions off =
          new CommandOptions(3, 100, 10, 10, 0, 100, Duration.ofDays(1), 5, Set.of("counter"));
      get(instance(memory, off).handle(id, new AddOneByOne(7)));
      get(instance(memory, off).handle(id, new AddOneByOne(7)));

      assertThat(memory.kept).isEmpty();
    }
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
