package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Appended;
import dev.foldline.core.Caller;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.Precondition;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.testing.Faults.Fault;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The command handler where an append is not answered")
class UnansweredAppendsTest extends StreamScenario {

  @Test
  void finds_out_that_it_was_done() {
    for (Fault fault : List.of(Fault.ANSWER_LOST, Fault.DONE_LATE)) {
      Instance instance = Instance.of(streams, faults("append", fault));
      long before = events().size();

      assertThat(get(instance.handle(id, new Add(1))).revision()).isEqualTo(before);
      assertThat(events()).hasSize((int) before + 1);
      assertThat(instance.heard.unknown).hasPositiveValue();
    }
  }

  @Test
  void finds_out_that_it_was_not() {
    Instance instance = Instance.of(streams, faults("append", Fault.NEVER_ARRIVES));

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
        Instance.of(
            streams, point -> point.equals("append") ? Fault.ANSWER_LOST : Fault.NEVER_ARRIVES);
    get(Instance.of(streams).handle(id, new Add(1)));
    Instance cut =
        Instance.of(
            streams,
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
            Caller.ANONYMOUS,
            Optional.of(Instance.keyed("k", new Add(2))),
            new Precondition.None(),
            Map.of(),
            Duration.ofMillis(300));

    assertThatThrownBy(() -> get(cut.handle(id, new Add(2)))).isInstanceOf(OutcomeUnknown.class);
    assertThatThrownBy(() -> get(instance.handle(id, new Add(2)))).isInstanceOf(Unavailable.class);
    assertThat(get(Instance.of(streams).handle("k", id, new Add(2))).replayed()).isTrue();
    assertThat(amounts()).containsExactly(1L, 2L);
  }

  @Test
  void tells_each_caller_that_waited_in_vain_that_nothing_was_written() {
    Instance instance = Instance.of(streams, _ -> Fault.CRASH_BEFORE);
    instance.context =
        new CommandContext(
            Caller.ANONYMOUS,
            Optional.empty(),
            new Precondition.None(),
            Map.of(),
            Duration.ofMillis(100));

    assertThatThrownBy(() -> get(instance.handle(id, new Add(2)))).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> get(instance.handle(id + "b", new Add(2))))
        .isInstanceOf(Unavailable.class);
  }
}
