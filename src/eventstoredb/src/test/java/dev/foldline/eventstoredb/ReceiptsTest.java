package dev.foldline.eventstoredb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.Counter.Command;
import dev.foldline.eventstoredb.Counter.Command.Add;
import dev.foldline.eventstoredb.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.Counter.Command.TakeAll;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.Faults.Fault;
import dev.foldline.testing.WithEventStore;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The first answer and each repeat, whoever gives it. */
@WithEventStore
@DisplayName("The receipt of a command with a key")
class ReceiptsTest {

  private static EventStore store;
  private static Streams streams;

  private final String id = UUID.randomUUID().toString();
  private Gated gated;

  @BeforeAll
  static void connect(EventStoreServer server) {
    store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
    streams = store.streams();
  }

  @BeforeEach
  void close() {
    gated = new Gated(streams);
  }

  @AfterAll
  static void disconnect() {
    store.close();
  }

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  /**
   * Sends commands so that those with the keys 0, 1 and so on are appended together.
   *
   * @param instance on the streams that are gated
   */
  private List<Receipt> sendTogether(Instance instance, Command... commands) {
    CompletableFuture<Receipt> first = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    List<CompletableFuture<Receipt>> answers =
        IntStream.range(0, commands.length)
            .mapToObj(i -> instance.handle("" + i, id, commands[i]).subscribeAsCompletionStage())
            .toList();
    gated.open();
    first.join();
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private static Receipt replayed(Receipt receipt) {
    return new Receipt(receipt.stream(), receipt.revision(), receipt.position(), true);
  }

  private long position(long revision) {
    return get(streams.read("counter-" + id, revision, 1)).getFirst().position();
  }

  @Test
  void is_the_same_on_every_instance_where_several_were_appended_together() {
    Command[] commands = {new AddOneByOne(2), new Add(2), new TakeAll(), new Add(3)};
    Instance instance = Instance.of(gated);
    List<Receipt> first = sendTogether(instance, commands);

    assertThat(instance.appends).hasValue(2);
    assertThat(first)
        .extracting(Receipt::revision, Receipt::position)
        .containsExactly(
            tuple(2L, position(2)),
            tuple(3L, position(3)),
            tuple(4L, position(4)),
            tuple(5L, position(5)));
    for (Instance each : List.of(instance, Instance.of(streams))) {
      for (int i = 0; i < commands.length; i++) {
        assertThat(get(each.handle("" + i, id, commands[i]))).isEqualTo(replayed(first.get(i)));
      }
    }
  }

  @Test
  void is_the_same_where_the_store_takes_an_append_for_the_beginning_of_one_that_was_done() {
    List<Receipt> first = sendTogether(Instance.of(gated), new Add(2), new Add(3));
    Instance behind =
        Instance.of(
            new Meddled(streams) {
              @Override
              public Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
                return super.read(stream, from, 1);
              }
            });

    assertThat(get(behind.handle("0", id, new Add(2)))).isEqualTo(first.getFirst());
    assertThat(get(streams.read("counter-" + id, 0, 10))).hasSize(3);
  }

  @Test
  void waits_for_a_store_that_is_away_once_it_has_appended() {
    AtomicInteger reads = new AtomicInteger();
    Instance instance =
        Instance.of(
            gated,
            point ->
                point.equals("read") && reads.incrementAndGet() == 2
                    ? Fault.NEVER_ARRIVES
                    : Fault.NONE);

    List<Receipt> first = sendTogether(instance, new Add(2), new Add(3));

    assertThat(reads).hasValue(3);
    assertThat(first).extracting(Receipt::position).containsExactly(position(1), position(2));
  }

  @Test
  void keeps_nobody_waiting_who_has_none() throws Exception {
    AtomicBoolean away = new AtomicBoolean();
    Instance instance =
        Instance.of(
            gated, point -> point.equals("read") && away.get() ? Fault.NEVER_ARRIVES : Fault.NONE);
    var first = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    var keyed = instance.handle("k", id, new Add(2)).subscribeAsCompletionStage();
    var unkeyed = instance.handle(id, new Add(3)).subscribeAsCompletionStage();
    var last = instance.handle("l", id, new Add(4)).subscribeAsCompletionStage();

    away.set(true);
    gated.open();

    assertThat(first.get(20, TimeUnit.SECONDS).revision()).isZero();
    assertThat(unkeyed.get(20, TimeUnit.SECONDS).revision()).isEqualTo(2);
    assertThat(last.get(20, TimeUnit.SECONDS).position()).isEqualTo(position(3));
    assertThat(keyed).isNotDone();
    away.set(false);
    assertThat(keyed.get(20, TimeUnit.SECONDS).position()).isEqualTo(position(1));
  }

  @Test
  void is_no_outcome_that_is_unknown_where_only_its_position_is() {
    Instance instance =
        Instance.of(
            new Meddled(gated) {
              @Override
              public Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
                return from == 0
                    ? super.read(stream, from, limit)
                    : Uni.createFrom().failure(new IllegalStateException("unreadable"));
              }
            });

    assertThat(sendTogether(instance, new Add(2), new Add(3)))
        .extracting(Receipt::revision, Receipt::position)
        .containsExactly(tuple(1L, position(2)), tuple(2L, position(2)));
  }

  @Test
  void reads_no_more_positions_than_repeats_are_told() {
    List<List<Long>> reads = new CopyOnWriteArrayList<>();
    Instance instance =
        Instance.of(
            new Meddled(gated) {
              @Override
              public Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
                reads.add(List.of(from, (long) limit));
                return super.read(stream, from, limit);
              }
            });
    var first = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    var before = instance.handle(id, new AddOneByOne(10)).subscribeAsCompletionStage();
    var keyed = instance.handle("k", id, new AddOneByOne(2)).subscribeAsCompletionStage();
    var other = instance.handle("l", id, new AddOneByOne(3)).subscribeAsCompletionStage();
    var after = instance.handle(id, new AddOneByOne(10)).subscribeAsCompletionStage();
    gated.open();

    CompletableFuture.allOf(first, before, keyed, other, after).join();
    assertThat(keyed.join().position()).isEqualTo(position(12));
    assertThat(other.join().position()).isEqualTo(position(15));
    assertThat(reads.getLast()).containsExactly(12L, 4L);
  }

  @Test
  void is_remembered_longer_than_those_before_it_in_its_batch() {
    CommandOptions two = new CommandOptions(3, 100, 10, 10, 10, 2, Duration.ofDays(1), 0, Set.of());
    Instance instance = new Instance(gated, Snapshots.NONE, two, _ -> Fault.NONE);
    var first = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    var answers =
        Stream.of("c", "b", "a")
            .map(key -> instance.handle(key, id, new Add(2)).subscribeAsCompletionStage())
            .toList();
    gated.open();
    first.join();
    answers.forEach(CompletableFuture::join);

    for (String key : List.of("a", "b")) {
      assertThat(get(instance.handle(key, id, new Add(2))).replayed()).as(key).isTrue();
    }
  }

  @Test
  void is_the_first_one_for_who_asked_first_though_the_answer_was_lost() {
    for (Fault fault : List.of(Fault.ANSWER_LOST, Fault.DONE_LATE, Fault.NEVER_ARRIVES)) {
      AtomicInteger appends = new AtomicInteger();
      Instance instance =
          Instance.of(
              streams,
              point ->
                  point.equals("append") && appends.getAndIncrement() == 0 ? fault : Fault.NONE);

      Receipt first = get(instance.handle("" + fault, id, new Add(1)));

      assertThat(first.replayed()).as(fault + " is not replayed").isFalse();
      assertThat(get(Instance.of(streams).handle("" + fault, id, new Add(1))))
          .isEqualTo(replayed(first));
    }
  }

  @Test
  void is_a_repeat_where_another_instance_was_first() {
    Instance behind = Instance.of(streams);
    get(behind.handle(id, new Add(1)));
    Instance ahead = Instance.of(streams);
    get(ahead.handle(id, new Add(7)));
    Receipt first = get(ahead.handle("k", id, new Add(2)));

    assertThat(get(behind.handle("k", id, new Add(2)))).isEqualTo(replayed(first));
    assertThat(behind.heard.conflicts).hasValue(1);
  }

  @Test
  void knows_no_key_of_events_that_it_has_not_folded() {
    Instance other = Instance.of(streams);
    get(other.handle(id, new Add(1)));
    AtomicInteger reads = new AtomicInteger();
    Streams cut =
        new Meddled(streams) {
          @Override
          public Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
            return reads.incrementAndGet() == 2
                ? Uni.createFrom().failure(new Unavailable("lost"))
                : super.read(stream, from, limit);
          }
        };
    RecentKeys.Window window =
        new RecentKeys.Window(10, Duration.ofDays(1), InstantSource.system());
    Instance.Heard heard = new Instance.Heard();
    SnapshotKeeper none = new SnapshotKeeper(Snapshots.NONE, CommandOptions.DEFAULT, window, heard);
    Folded<Counter> first =
        get(
            new StreamLoader(streams, Instance.CODEC, none, window, heard)
                .load(Counter.DECIDER, "counter-" + id));
    get(other.handle("k", id, new AddOneByOne(600)));

    StreamLoader loader = new StreamLoader(cut, Instance.CODEC, none, window, heard);
    assertThatThrownBy(() -> get(loader.catchUp(Counter.DECIDER, "counter-" + id, first, _ -> {})))
        .isInstanceOf(Unavailable.class);

    assertThat(first.keys().find("k", 0)).isNull();
    Folded<Counter> now = get(loader.catchUp(Counter.DECIDER, "counter-" + id, first, _ -> {}));
    assertThat(now.revision()).isEqualTo(600);
    assertThat(now.keys().find("k", 0)).isNotNull();
  }
}
