package dev.foldline.testing.simulation;

import dev.foldline.core.Conflict;
import dev.foldline.core.Decider;
import dev.foldline.core.Failure;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.commands.Answer;
import dev.foldline.core.commands.Asked;
import java.util.Optional;
import java.util.function.Consumer;

/** A command whose client has an idempotency key, and sends it until it has an answer. */
final class ClientCommand<C> implements Work {

  static final String DONE = "done";

  private final World world;
  private final Decider<C, ?, ?> decider;
  private final Asked<C> asked;
  private final Consumer<String> client;
  private CommandExecution<C, ?, ?> execution;

  /**
   * @param client is told {@value #DONE}, or why not
   */
  ClientCommand(World world, Decider<C, ?, ?> decider, Asked<C> asked, Consumer<String> client) {
    this.world = world;
    this.decider = decider;
    this.asked = asked;
    this.client = client;
    this.execution = new CommandExecution<>(world, decider, asked);
  }

  @Override
  public boolean step(Chance chance) {
    Optional<Answer> answer = execution.step(chance);
    return answer.isPresent() && answered(answer.get());
  }

  private boolean answered(Answer answer) {
    return switch (answer) {
      case Answer.Done _ -> end(DONE);
      case Answer.Failed(Conflict _) -> sendAgain();
      case Answer.Failed(OutcomeUnknown _) -> sendAgain();
      case Answer.Failed(Failure failure) -> end(failure.code());
      case Answer.Failed(var bug) ->
          throw new AssertionError(asked.command() + " fails: " + bug, bug);
    };
  }

  private boolean sendAgain() {
    execution = new CommandExecution<>(world, decider, asked);
    return false;
  }

  private boolean end(String outcome) {
    client.accept(outcome);
    return true;
  }

  @Override
  public Work again() {
    return new ClientCommand<>(world, decider, asked, client);
  }
}
