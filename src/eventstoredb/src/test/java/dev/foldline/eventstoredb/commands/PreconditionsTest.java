package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Caller;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.Precondition;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The command handler with a precondition")
class PreconditionsTest extends StreamScenario {

  private Instance under(Precondition precondition) {
    Instance instance = Instance.of(streams);
    instance.context =
        new CommandContext(
            Caller.ANONYMOUS, Optional.empty(), precondition, Map.of(), Duration.ofSeconds(5));
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
