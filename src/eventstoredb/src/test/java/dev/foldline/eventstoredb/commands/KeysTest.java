package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Caller;
import dev.foldline.core.KeyReused;
import dev.foldline.core.Receipt;
import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.Precondition;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The command handler with an idempotency key")
class KeysTest extends StreamScenario {

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
            Caller.ANONYMOUS,
            Optional.of(Instance.keyed("k", "open")),
            new Precondition.MustNotExist(),
            Map.of("$correlationId", "c"),
            Duration.ofSeconds(5));
    return instance.handle(id, new Add(1));
  }

  @Test
  void forgets_what_is_out_of_its_window() {
    CommandOptions two = HandlerOptions.of(it -> it.rememberedKeys = 2);
    Instance instance = instance(Snapshots.NONE, two);
    get(instance.handle("a", id, new Add(1)));
    get(instance.handle("b", id, new Add(2)));
    get(instance.handle("c", id, new Add(3)));

    assertThat(get(instance.handle("b", id, new Add(2))).replayed()).isTrue();
    assertThat(get(instance(Snapshots.NONE, two).handle("a", id, new Add(1))).replayed()).isFalse();
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
