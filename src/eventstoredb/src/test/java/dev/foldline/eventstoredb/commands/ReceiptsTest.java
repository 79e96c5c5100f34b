package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.core.commands.StreamState;
import dev.foldline.eventstoredb.commands.Counter.Command;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.commands.Counter.Command.TakeAll;
import dev.foldline.eventstoredb.snapshots.SnapshotKeeper;
import dev.foldline.testing.Faults.Fault;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The first answer and each repeat, whoever gives it. */
@DisplayName("The receipt of a command with a key")
class ReceiptsTest extends StreamScenario {

  private Gated gated;

  @BeforeEach
  void close() {
    gated = new Gated(streams);
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
    return new Receipt(receipt.stream(), receipt.revision(), true);
  }

  @Test
  void is_the_same_on_every_instance_where_several_were_appended_together() {
    Command[] commands = {new AddOneByOne(2), new Add(2), new TakeAll(), new Add(3)};
    Instance instance = Instance.of(gated);
    List<Receipt> first = sendTogether(instance, commands);

    assertThat(instance.appends).hasValue(2);
    assertThat(first).extracting(Receipt::revision).containsExactly(2L, 3L, 4L, 5L);
    for (Instance each : List.of(instance, Instance.of(streams))) {
      for (int i = 0; i < commands.length; i++) {
        assertThat(get(each.handle("" + i, id, commands[i]))).isEqualTo(replayed(first.get(i)));
      }
    }
  }

  @Test
  void costs_no_read_where_others_were_appended_with_it() {
    AtomicInteger reads = new AtomicInteger();
    Instance instance =
        Instance.of(
            gated,
            point -> {
              reads.addAndGet(point.equals("read") ? 1 : 0);
              return Fault.NONE;
            });

    sendTogether(instance, new Add(2), new Add(3));

    assertThat(reads).hasValue(1);
  }

  @Test
  void is_the_same_where_the_store_takes_an_append_for_the_beginning_of_one_that_was_done() {
    List<Receipt> first = sendTogether(Instance.of(gated), new Add(2), new Add(3));
    Instance behind =
        Instance.of(
            new Meddled(streams) {
              @Override
              Uni<List<Recorded<StoredEvent>>> reading(String stream, long from, int limit) {
                return super.reading(stream, from, 1);
              }

              @Override
              Uni<List<Recorded<StoredEvent>>> readingLast(
                  String stream, int limit, LongConsumer end) {
                return reading(stream, 0, 1);
              }
            });

    assertThat(get(behind.handle("0", id, new Add(2)))).isEqualTo(first.getFirst());
    assertThat(streams.read("counter-" + id, 0, 10).toCompletableFuture().join()).hasSize(3);
  }

  @Test
  void is_remembered_longer_than_those_before_it_in_its_batch() {
    CommandOptions two = HandlerOptions.of(it -> it.rememberedKeys = 2);
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
          Uni<List<Recorded<StoredEvent>>> reading(String stream, long from, int limit) {
            return reads.incrementAndGet() == 2
                ? Uni.createFrom().failure(new Unavailable("lost"))
                : super.reading(stream, from, limit);
          }
        };
    RecentKeys.Window window =
        new RecentKeys.Window(10, Duration.ofDays(1), InstantSource.system());
    Instance.Heard heard = new Instance.Heard();
    SnapshotKeeper none = new SnapshotKeeper(Snapshots.NONE, 50, Set.of(), window, heard);
    StreamState<Counter> first =
        get(
            new StreamLoader(streams, Instance.CODEC, none, window, heard)
                .load(Counter.DECIDER, "counter-" + id));
    get(other.handle("k", id, new AddOneByOne(600)));

    StreamLoader loader = new StreamLoader(cut, Instance.CODEC, none, window, heard);
    assertThatThrownBy(() -> get(loader.catchUp(Counter.DECIDER, "counter-" + id, first, _ -> {})))
        .isInstanceOf(Unavailable.class);

    assertThat(first.keys().find("k", 0)).isNull();
    StreamState<Counter> now =
        get(loader.catchUp(Counter.DECIDER, "counter-" + id, first, _ -> {}));
    assertThat(now.revision()).isEqualTo(600);
    assertThat(now.keys().find("k", 0)).isNotNull();
  }
}
