package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Decider;
import dev.foldline.core.Failure;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.Answer;
import dev.foldline.core.commands.Asked;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** One command whose caller waits for the answer. */
final class Call<C, S, E> {

  private enum Stage {
    OPEN,
    /** Its events may have been sent to the store. */
    SENT,
    /** Its caller was told that nothing was written. */
    NEVER_SENT
  }

  private final Decider<C, S, E> decider;
  private final String stream;
  private final Asked<C> asked;
  private final CompletableFuture<Receipt> answer = new CompletableFuture<>();
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.OPEN);

  Call(Decider<C, S, E> decider, String stream, Asked<C> asked) {
    this.decider = decider;
    this.stream = stream;
    this.asked = asked;
  }

  /** Completes with the answer; a caller that goes away cancels it. */
  CompletableFuture<Receipt> answer() {
    return answer;
  }

  Decider<C, S, E> decider() {
    return decider;
  }

  String stream() {
    return stream;
  }

  Asked<C> asked() {
    return asked;
  }

  /** Whether nobody waits for the answer any more. */
  boolean isOver() {
    return answer.isDone();
  }

  /** Whether its events may be sent now: not if its caller was told that nothing was written. */
  boolean send() {
    return stage.compareAndSet(Stage.OPEN, Stage.SENT) || stage.get() == Stage.SENT;
  }

  void answer(Answer given) {
    switch (given) {
      case Answer.Done(var receipt) -> answer.complete(receipt);
      case Answer.Failed(var cause) -> fail(cause);
    }
  }

  void fail(Throwable failure) {
    answer.completeExceptionally(failure);
  }

  /** What is true for a caller that can't wait any longer. */
  Failure late() {
    return stage.compareAndSet(Stage.OPEN, Stage.NEVER_SENT)
        ? new Unavailable("the event store did not answer in time")
        : new OutcomeUnknown(stream);
  }
}
