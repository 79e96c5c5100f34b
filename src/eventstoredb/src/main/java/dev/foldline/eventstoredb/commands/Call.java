package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Decider;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.Answer;
import dev.foldline.core.commands.Asked;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

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
  private final long deadline;
  private final CompletableFuture<Receipt> answer = new CompletableFuture<>();
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.OPEN);

  Call(Decider<C, S, E> decider, String stream, Asked<C> asked) {
    this.decider = decider;
    this.stream = stream;
    this.asked = asked;
    this.deadline = System.nanoTime() + asked.context().timeout().toNanos();
  }

  /** Is told once of its end: of the receipt, or why there is none. */
  void onEnd(BiConsumer<? super Receipt, ? super @Nullable Throwable> listener) {
    CompletableFuture<?> _ = answer.whenComplete(listener);
  }

  /** Its caller goes away. */
  void leave() {
    answer.cancel(false);
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

  /** Tells a caller that can't wait any longer what is true then. */
  void endIfLate(long now) {
    if (now - deadline >= 0 && !isOver()) {
      fail(
          stage.compareAndSet(Stage.OPEN, Stage.NEVER_SENT)
              ? new Unavailable("the event store did not answer in time")
              : new OutcomeUnknown(stream));
    }
  }
}
