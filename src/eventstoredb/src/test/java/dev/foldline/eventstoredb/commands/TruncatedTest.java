package dev.foldline.eventstoredb.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.Precondition;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import dev.foldline.eventstoredb.commands.Counter.Command.TakeAll;
import dev.foldline.eventstoredb.events.DiscardedEvents;
import dev.foldline.eventstoredb.events.StreamFold;
import dev.foldline.testing.Faults.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A stream that has lost its first events")
class TruncatedTest extends StreamScenario {

  private static final CommandOptions COLD = HandlerOptions.coldWithSnapshots(5);

  private final String stream = "counter-" + id;

  private List<Long> revisions() {
    return get(store.remaining(stream, 0, 500)).stream().map(Recorded::revision).toList();
  }

  private void truncateBefore(long revision) throws Exception {
    StreamMetadata metadata = new StreamMetadata();
    metadata.setTruncateBefore(revision);
    set(metadata);
  }

  private void set(StreamMetadata metadata) throws Exception {
    server.client().setStreamMetadata(stream, metadata).get(20, TimeUnit.SECONDS);
  }

  private void softDelete() throws Exception {
    server.client().deleteStream(stream, DeleteStreamOptions.get()).get(20, TimeUnit.SECONDS);
  }

  private void assertIsTruncated(Instance instance) {
    List<Long> before = revisions();
    assertThatThrownBy(() -> get(instance.handle(id, new Add(1))))
        .isInstanceOfSatisfying(
            Truncated.class, e -> assertThat(e.code()).isEqualTo("stream-truncated"));
    assertThatThrownBy(() -> get(instance.handle(id, new Take(2)))).isInstanceOf(Truncated.class);
    assertThat(revisions()).isEqualTo(before);
  }

  @Test
  void is_not_decided_on() throws Exception {
    get(Instance.of(streams).handle(id, new AddOneByOne(7)));
    truncateBefore(3);

    assertIsTruncated(Instance.of(streams));
    assertThat(revisions()).containsExactly(3L, 4L, 5L, 6L);
  }

  @Test
  void is_not_decided_on_where_a_window_of_its_last_events_is_kept() throws Exception {
    get(Instance.of(streams).handle(id, new AddOneByOne(7)));
    StreamMetadata metadata = new StreamMetadata();
    metadata.setMaxCount(2L);
    set(metadata);

    assertIsTruncated(Instance.of(streams));
  }

  @Test
  void is_one_that_was_deleted_and_given_metadata_until_it_is_deleted_again() throws Exception {
    get(Instance.of(streams).handle(id, new AddOneByOne(7)));
    softDelete();
    set(new StreamMetadata());

    assertIsTruncated(Instance.of(streams));
    softDelete();
    assertThat(get(Instance.of(streams).handle(id, new Add(1))).revision()).isEqualTo(7);
  }

  @Test
  void is_not_taken_for_an_empty_one_where_it_has_lost_them_all() throws Exception {
    get(Instance.of(streams).handle(id, new AddOneByOne(7)));
    truncateBefore(7);

    assertThat(revisions()).isEmpty();
    assertIsTruncated(new Instance(streams, Snapshots.NONE, COLD, _ -> Fault.NONE));
  }

  @Test
  void is_decided_on_as_long_as_a_snapshot_ends_in_what_is_left() throws Exception {
    Instance.Memory memory = new Instance.Memory();
    Instance instance = new Instance(streams, memory, COLD, _ -> Fault.NONE);
    get(instance.handle(id, new AddOneByOne(7)));
    await().until(() -> memory.kept.containsKey(stream));
    get(instance.handle(id, new AddOneByOne(2)));

    truncateBefore(6);
    assertThatThrownBy(() -> get(instance.handle(id, new Take(10)))).isInstanceOf(Refused.class);
    truncateBefore(7);
    assertIsTruncated(instance);
  }

  @Test
  void is_no_state_for_a_warm_instance_that_has_missed_some_of_them() throws Exception {
    Instance warm = Instance.of(streams);
    get(warm.handle(id, new AddOneByOne(3)));
    get(Instance.of(streams).handle(id, new AddOneByOne(4)));
    truncateBefore(5);

    assertIsTruncated(warm);
  }

  @Test
  void is_not_folded_for_a_query() throws Exception {
    get(Instance.of(streams).handle(id, new AddOneByOne(7)));
    StreamFold fold =
        new StreamFold(streams, Instance.CODEC, DiscardedEvents.NONE, Duration.ofSeconds(5));
    assertThat(get(fold.fold(Counter.SUM, stream, _ -> true)).orElseThrow().document())
        .isEqualTo(7);
    truncateBefore(3);

    assertThatThrownBy(() -> get(fold.fold(Counter.SUM, stream, _ -> true)))
        .isInstanceOf(Truncated.class);
  }

  @Test
  void is_another_one_where_it_was_deleted_and_begun_anew() throws Exception {
    Instance warm = Instance.of(streams);
    get(warm.handle("old", id, new AddOneByOne(7)));
    softDelete();

    Receipt begun = get(Instance.of(streams).handle("new", id, new AddOneByOne(2)));
    Receipt next = get(Instance.of(streams).handle(id, new Add(1)));

    assertThat(begun.revision()).isEqualTo(8);
    assertThat(next.revision()).isEqualTo(9);
    assertThat(revisions()).containsExactly(7L, 8L, 9L);
    for (Instance each : List.of(warm, Instance.of(streams))) {
      assertThatThrownBy(() -> get(each.handle(id, new Take(4)))).isInstanceOf(Refused.class);
      Receipt again = get(each.handle("new", id, new AddOneByOne(2)));
      assertThat(again).isEqualTo(new Receipt(begun.stream(), begun.revision(), true));
    }
  }

  @Test
  void tells_each_of_a_batch_its_revision_where_it_is_begun_anew() throws Exception {
    get(Instance.of(streams).handle(id, new AddOneByOne(7)));
    softDelete();
    Gated gated = new Gated(streams);
    Instance instance = Instance.of(gated);

    var nothing = instance.handle(id, new TakeAll()).subscribeAsCompletionStage();
    var first = instance.handle("a", id, new Add(1)).subscribeAsCompletionStage();
    var second = instance.handle("b", id, new Add(2)).subscribeAsCompletionStage();
    var third = instance.handle("c", id, new Add(3)).subscribeAsCompletionStage();
    gated.open();

    assertThat(nothing.join()).isEqualTo(new Receipt(stream, -1, false));
    assertThat(first.join().revision()).isEqualTo(7);
    assertThat(second.join().revision()).isEqualTo(8);
    assertThat(third.join().revision()).isEqualTo(9);
    assertThat(instance.appends).hasValue(1);
    assertThat(get(Instance.of(streams).handle("b", id, new Add(2))))
        .isEqualTo(new Receipt(stream, 8, true));
  }

  @Test
  void is_another_one_where_the_same_command_came_again_once_it_was_deleted() throws Exception {
    Instance warm = Instance.of(streams);
    get(warm.handle(id, new AddOneByOne(3)));
    get(warm.handle("k", id, new Add(4)));
    softDelete();
    assertThat(get(Instance.of(streams).handle("k", id, new Add(4))).revision()).isEqualTo(4);

    assertThatThrownBy(() -> get(warm.handle(id, new Take(5)))).isInstanceOf(Refused.class);
    assertThat(get(warm.handle(id, new Take(4))).revision()).isEqualTo(5);
  }

  @Test
  void stays_deleted_where_its_first_command_comes_again() throws Exception {
    get(Instance.of(streams).handle("k", id, new AddOneByOne(7)));
    softDelete();
    Instance.Memory memory = new Instance.Memory();
    CommandOptions snapshots = HandlerOptions.of(it -> it.snapshotEvery = 5);
    Instance instance = new Instance(streams, memory, snapshots, _ -> Fault.NONE);

    assertThat(get(instance.handle("k", id, new AddOneByOne(7))))
        .isEqualTo(new Receipt(stream, 6, false));
    assertThat(revisions()).isEmpty();
    assertThat(memory.kept).isEmpty();
    assertThatThrownBy(() -> get(instance.handle(id, new Take(1)))).isInstanceOf(Refused.class);
    assertThat(get(instance.handle(id, new Add(1))).revision()).isEqualTo(7);
    assertThatThrownBy(() -> get(Instance.of(streams).handle(id, new Take(2))))
        .isInstanceOf(Refused.class);
  }

  @Test
  void holds_the_preconditions_of_a_batch_against_its_real_revisions() throws Exception {
    get(Instance.of(streams).handle(id, new AddOneByOne(7)));
    softDelete();
    Gated gated = new Gated(streams);
    Instance instance = Instance.of(gated);

    var nothing = instance.handle(id, new TakeAll()).subscribeAsCompletionStage();
    var first = instance.handle(id, new Add(1)).subscribeAsCompletionStage();
    instance.context = under(new Precondition.Exactly(0));
    var broken = instance.handle(id, new Add(2)).subscribeAsCompletionStage();
    instance.context = under(new Precondition.Exactly(7));
    var held = instance.handle(id, new Add(4)).subscribeAsCompletionStage();
    gated.open();

    assertThat(nothing.join().revision()).isEqualTo(-1);
    assertThat(first.join().revision()).isEqualTo(7);
    assertThatThrownBy(broken::join)
        .cause()
        .isInstanceOfSatisfying(
            PreconditionFailed.class, e -> assertThat(e.revision()).isEqualTo(7));
    assertThat(held.join().revision()).isEqualTo(8);
  }

  private static CommandContext under(Precondition precondition) {
    return new CommandContext(
        Caller.ANONYMOUS, Optional.empty(), precondition, Map.of(), Duration.ofSeconds(10));
  }

  @Test
  void is_not_decided_on_where_an_instance_went_on_that_did_not_see_it_deleted() throws Exception {
    Instance warm = Instance.of(streams);
    get(warm.handle(id, new AddOneByOne(7)));
    softDelete();

    assertThat(get(warm.handle(id, new Take(7))).revision()).isEqualTo(7);
    assertIsTruncated(Instance.of(streams));
  }

  @Test
  void is_not_decided_on_where_someone_else_began_it_anew() throws Exception {
    get(Instance.of(streams).handle(id, new AddOneByOne(7)));
    softDelete();
    byte[] data = "{\"amount\":1}".getBytes(UTF_8);
    get(
        store.append(
            stream,
            List.of(new StoredEvent(UUID.randomUUID(), "counter-added", data, new byte[0]))));

    assertIsTruncated(Instance.of(streams));
  }
}
