package dev.foldline.eventstoredb.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Appended;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.KeyReused;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.core.Stored;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.KeyedRequest;
import dev.foldline.core.commands.RequestMacs;
import dev.foldline.eventstoredb.commands.Counter.Added;
import dev.foldline.eventstoredb.commands.Counter.Command;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import dev.foldline.eventstoredb.commands.Counter.Command.TakeAll;
import dev.foldline.eventstoredb.commands.Counter.Event;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.WithEventStore;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithEventStore
@DisplayName("A request that comes again")
class RepeatsTest {

  private static final String OLD = "old:MDEyMzQ1Njc4OWFiY2RlZg==";
  private static final String NEW = "new:ZmVkY2JhOTg3NjU0MzIxMA==";

  private final String id = UUID.randomUUID().toString();
  private EventStore store;

  @BeforeEach
  void connect(EventStoreServer server) {
    store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  private Instance instance() {
    return Instance.of(store.streams());
  }

  private static KeyedRequest request(String asked, String... keys) {
    return new KeyedRequest("k", asked.getBytes(UTF_8), new RequestMacs(List.of(keys)));
  }

  private List<Map<String, Object>> metadata() {
    return get(store.remaining("counter-" + id, 0, 100)).stream()
        .map(recorded -> recorded.metadata())
        .toList();
  }

  @Stored("booked")
  record Booked(BigDecimal amount, OffsetDateTime at, Set<String> tags) {}

  private record Book(String book, Booked what) {}

  private static final Category<Booked> BOOKS = Category.of("book", Booked.class);

  private static final Decider<Book, BigDecimal, Booked> BOOK =
      new Decider<>(
          BOOKS,
          Book::book,
          BigDecimal.ZERO,
          (command, _) -> List.of(command.what()),
          (sum, booked) -> sum.add(booked.amount()));

  @Test
  void is_the_same_one_whatever_is_made_of_it_this_time() {
    CommandHandler[] instances = {booking(), booking()};
    Booked once =
        new Booked(
            new BigDecimal("1.10"),
            OffsetDateTime.parse("2026-01-31T12:00:00+01:00"),
            Set.of("red", "green"));
    Booked again =
        new Booked(new BigDecimal("1.1"), once.at().plusSeconds(1), Set.of("green", "blue"));
    Receipt first = get(instances[0].handle(BOOK, new Book(id, once)));

    for (CommandHandler instance : instances) {
      assertThat(get(instance.handle(BOOK, new Book(id, again))))
          .isEqualTo(new Receipt(first.stream(), first.revision(), true));
    }
  }

  private CommandHandler booking() {
    return new CommandHandler(
        store.streams(),
        new EventCodec(List.of(BOOKS)),
        Snapshots.NONE,
        () -> Instance.said(Instance.keyed("k", "book {\"account\":\"Ö 1\"}")),
        HandlerOptions.PLENTY,
        new CommandListener() {});
  }

  @Test
  void is_the_same_one_where_its_caller_says_so_without_a_request() {
    CommandHandler handler =
        new CommandHandler(
            store.streams(),
            Instance.CODEC,
            Snapshots.NONE,
            () -> CommandContext.NONE,
            HandlerOptions.PLENTY,
            new CommandListener() {});
    Counter.To command = new Counter.To(id, new Add(1));

    Receipt first = get(handler.handle(Counter.DECIDER, command, keyed(command)));
    Receipt again = get(handler.handle(Counter.DECIDER, command, keyed(command)));

    assertThat(again).isEqualTo(new Receipt(first.stream(), 0, true));
    assertThat(get(handler.handle(Counter.DECIDER, command)).revision()).isOne();
  }

  private static CommandContext keyed(Counter.To command) {
    return Instance.said(Instance.keyed("k", command));
  }

  @Test
  void has_the_effect_of_each_of_its_commands_on_one_stream_once() {
    Instance first = instance();
    Instance second = instance();
    KeyedRequest asked = Instance.keyed("k", "twice");
    List<Receipt> done =
        List.of(get(first.handle(asked, id, new Add(1))), get(first.handle(asked, id, new Add(1))));
    get(first.handle(id, new Add(5)));

    for (Instance each : List.of(first, second)) {
      KeyedRequest again = Instance.keyed("k", "twice");
      for (Receipt before : done) {
        assertThat(get(each.handle(again, id, new Add(1))))
            .isEqualTo(new Receipt(before.stream(), before.revision(), true));
      }
    }
    assertThat(done).extracting(Receipt::revision).containsExactly(0L, 1L);
    assertThat(metadata()).hasSize(3);
  }

  @Test
  void counts_its_commands_on_each_stream_apart() {
    Instance first = instance();
    KeyedRequest asked = Instance.keyed("k", "to all");
    get(first.handle(asked, UUID.randomUUID().toString(), new Add(1)));
    get(first.handle(asked, id, new Add(1)));

    Receipt again = get(instance().handle(Instance.keyed("k", "to all"), id, new Add(1)));

    assertThat(again.replayed()).isTrue();
  }

  /** A function that tries once more what went wrong. */
  private static Receipt twice(Instance instance, KeyedRequest asked, String id, Command command) {
    return get(
        instance
            .handle(asked, id, command)
            .onFailure()
            .recoverWithUni(() -> instance.handle(asked, id, command)));
  }

  /** What becomes of the first append. */
  private Streams failing(UnaryOperator<Uni<Appended>> fault) {
    AtomicBoolean first = new AtomicBoolean(true);
    return new Meddled(store.streams()) {
      @Override
      Uni<Appended> appending(String stream, long expected, List<StoredEvent> events) {
        Uni<Appended> append = super.appending(stream, expected, events);
        return first.getAndSet(false) ? fault.apply(append) : append;
      }
    };
  }

  /** Nobody can read for once when that is set. */
  private static Streams unreadable(Streams streams, AtomicBoolean once) {
    return new Meddled(streams) {
      @Override
      Uni<List<Recorded<StoredEvent>>> reading(String stream, long from, int limit) {
        return once.getAndSet(false)
            ? Uni.createFrom().failure(new IllegalStateException("closed"))
            : super.reading(stream, from, limit);
      }
    };
  }

  @Test
  void has_one_effect_where_an_answer_is_lost_and_its_function_tries_again() {
    AtomicBoolean closed = new AtomicBoolean();
    Streams lossy =
        failing(
            append ->
                append.chain(
                    () -> {
                      closed.set(true);
                      return failed(new OutcomeUnknown("counter-" + id));
                    }));
    Instance instance = Instance.of(unreadable(lossy, closed));

    Receipt receipt = twice(instance, Instance.keyed("k", "add"), id, new Add(1));

    assertThat(receipt.revision()).isZero();
    assertThat(receipt.replayed()).isTrue();
    assertThat(metadata()).hasSize(1);
  }

  @Test
  void has_one_effect_where_its_function_does_not_wait_for_an_answer_and_tries_again() {
    CompletableFuture<Void> patience = new CompletableFuture<>();
    CompletableFuture<Appended> late = new CompletableFuture<>();
    Instance instance =
        Instance.of(
            failing(
                append ->
                    append.chain(
                        () -> {
                          patience.complete(null);
                          return Uni.createFrom().completionStage(late);
                        })));
    KeyedRequest asked = Instance.keyed("k", "add");
    Cancellable first = instance.handle(asked, id, new Add(1)).subscribe().with(_ -> {});
    get(Uni.createFrom().completionStage(patience));
    first.cancel();
    late.completeExceptionally(new OutcomeUnknown("counter-" + id));

    Receipt receipt = get(instance.handle(asked, id, new Add(1)));

    assertThat(receipt.revision()).isZero();
    assertThat(metadata()).hasSize(1);
  }

  @Test
  void has_one_effect_where_its_function_tried_again_and_all_of_it_is_repeated() {
    Instance instance = Instance.of(failing(_ -> failed(new Unavailable("away"))));
    Receipt first = twice(instance, Instance.keyed("k", "add"), id, new Add(1));

    Receipt again = twice(instance(), Instance.keyed("k", "add"), id, new Add(1));

    assertThat(again).isEqualTo(new Receipt(first.stream(), first.revision(), true));
    assertThat(metadata()).hasSize(1);
  }

  @Test
  void has_one_effect_where_what_was_refused_at_first_was_done_in_the_end() {
    Instance instance = instance();
    KeyedRequest asked = Instance.keyed("k", "take");
    assertThatThrownBy(() -> get(instance.handle(asked, id, new Take(5))))
        .isInstanceOf(Refused.class);
    get(instance.handle(id, new Add(10)));
    Receipt first = get(instance.handle(asked, id, new Take(5)));

    for (Instance each : List.of(instance, instance())) {
      Receipt again = twice(each, Instance.keyed("k", "take"), id, new Take(5));
      assertThat(again).isEqualTo(new Receipt(first.stream(), first.revision(), true));
    }
    assertThat(metadata()).hasSize(2);
  }

  @Test
  void goes_the_same_way_past_what_was_refused_though_it_would_not_be_now() {
    Instance instance = instance();
    List<Receipt> done = addAndTakeAndAdd(instance);
    get(instance.handle(id, new Add(100)));

    assertThat(addAndTakeAndAdd(instance()))
        .extracting(Receipt::revision)
        .isEqualTo(done.stream().map(Receipt::revision).toList());
    assertThat(metadata()).hasSize(3);
  }

  private List<Receipt> addAndTakeAndAdd(Instance instance) {
    KeyedRequest asked = Instance.keyed("k", "add, take if there is enough, add");
    Receipt first = get(instance.handle(asked, id, new Add(1)));
    assertThatThrownBy(() -> get(instance.handle(asked, id, new Take(50))))
        .isInstanceOf(Refused.class);
    return List.of(first, get(instance.handle(asked, id, new Add(2))));
  }

  @Test
  void has_no_effect_more_where_its_first_command_had_none() {
    Instance instance = instance();
    KeyedRequest asked = Instance.keyed("k", "empty and fill");
    get(instance.handle(asked, id, new TakeAll()));
    get(instance.handle(asked, id, new Add(5)));

    assertThatThrownBy(
            () -> get(instance.handle(Instance.keyed("k", "empty and fill"), id, new TakeAll())))
        .isInstanceOf(Refused.class);
    assertThat(metadata()).hasSize(1);
  }

  @Test
  void knows_a_command_that_failed_and_is_subscribed_to_again_by_its_own_place() {
    KeyedRequest asked = Instance.keyed("k", "both");
    KeyedRequest.Place one = asked.place("counter-1");
    KeyedRequest.Place two = asked.place("counter-1");
    assertThat(List.of(one.take(), two.take())).containsExactly(0, 1);
    one.giveBack();
    two.giveBack();

    assertThat(List.of(two.take(), one.take())).containsExactly(1, 0);
    assertThat(asked.place("counter-1").take()).isEqualTo(2);
    assertThat(asked.place("counter-2").take()).isZero();
  }

  private static Uni<Appended> failed(Throwable failure) {
    return Uni.createFrom().failure(failure);
  }

  @Test
  void is_another_one_where_its_key_came_with_something_else_though_it_leads_to_the_same() {
    Instance behind = instance();
    get(behind.handle(id, new Add(1)));
    get(instance().handle(request("deposit 5 for rent", OLD), id, new Add(5)));

    assertThatThrownBy(() -> get(behind.handle(request("deposit 5 for food", OLD), id, new Add(5))))
        .isInstanceOf(KeyReused.class);
    assertThat(metadata()).hasSize(2);
  }

  @Test
  void is_another_one_from_its_first_command_on() {
    KeyedRequest asked = request("empty and fill", OLD);
    Instance instance = instance();
    get(instance.handle(asked, id, new TakeAll()));
    get(instance.handle(asked, id, new Add(5)));

    assertThatThrownBy(() -> get(instance.handle(request("fill", OLD), id, new Add(1))))
        .isInstanceOf(KeyReused.class);
    assertThat(metadata()).hasSize(1);
  }

  @Test
  void is_known_by_the_key_that_it_was_stored_under() {
    get(instance().handle(request("deposit 5", OLD), id, new Add(5)));

    Receipt again = get(instance().handle(request("deposit 5", NEW, OLD), id, new Add(5)));
    assertThat(again.replayed()).isTrue();
    assertThatThrownBy(() -> get(instance().handle(request("deposit 6", NEW, OLD), id, new Add(6))))
        .isInstanceOf(KeyReused.class);
  }

  @Test
  void is_known_by_its_idempotency_key_alone_where_nobody_can_tell_what_was_asked() {
    get(instance().handle(request("deposit 5", OLD), id, new Add(5)));

    Receipt again = get(instance().handle(request("deposit 6", NEW), id, new Add(6)));

    assertThat(again.replayed()).isTrue();
    assertThat(metadata()).hasSize(1);
  }

  @Test
  void leaves_nothing_in_the_stream_by_which_what_was_asked_could_be_guessed() {
    get(instance().handle(request("deposit 5", NEW, OLD), id, new Add(5)));
    get(instance().handle(request("deposit 5", OLD), UUID.randomUUID().toString(), new Add(5)));

    assertThat(metadata().getFirst())
        .containsEntry("idempotencyKey", "k")
        .containsEntry("requestMac", request("deposit 5", NEW).mac());
    assertThat(request("deposit 5", NEW).mac().substring(4))
        .hasSize(22)
        .isNotEqualTo(request("deposit 5", OLD).mac().substring(4));
  }

  /** A rolling release: the next one has another idea of what a command leads to. */
  private static final Decider<Counter.To, Counter, Event> NEXT_RELEASE =
      new Decider<>(
          Counter.COUNTERS,
          Counter.To::counter,
          Counter.DECIDER.initial(),
          (to, state) ->
              to.command() instanceof Add(long amount)
                  ? List.of(new Added(amount * 10))
                  : Counter.decide(to.command(), state),
          Counter.DECIDER.evolve());

  @Test
  void is_what_it_was_to_another_release_which_would_decide_otherwise() {
    CommandContext[] said = {CommandContext.NONE};
    CommandHandler next =
        new CommandHandler(
            store.streams(),
            Instance.CODEC,
            Snapshots.NONE,
            () -> said[0],
            HandlerOptions.PLENTY,
            new CommandListener() {});
    Instance old = instance();
    get(old.handle(id, new Add(1)));
    assertThatThrownBy(() -> get(next.handle(NEXT_RELEASE, new Counter.To(id, new Take(5)))))
        .isInstanceOf(Refused.class);
    Receipt first = get(old.handle("k", id, new Add(1)));

    said[0] = Instance.said(Instance.keyed("k", new Add(1)));
    Receipt again = get(next.handle(NEXT_RELEASE, new Counter.To(id, new Add(1))));

    assertThat(again).isEqualTo(new Receipt(first.stream(), 1, true));
    said[0] = CommandContext.NONE;
    assertThatThrownBy(() -> get(next.handle(NEXT_RELEASE, new Counter.To(id, new Take(11)))))
        .isInstanceOf(Refused.class);
  }
}
