package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Appended;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import dev.foldline.eventstoredb.commands.Counter.Command.TakeAll;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.EventStoreServer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The command handler with a warm state")
class WarmStateTest extends StreamScenario {

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
    public CompletionStage<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
      return stores.element().read(stream, from, limit);
    }

    @Override
    public CompletionStage<List<Recorded<StoredEvent>>> last(
        String stream, int limit, LongConsumer end) {
      return stores.element().last(stream, limit, end);
    }
  }
}
