package dev.foldline.testing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes calls to a neighbour, such as the event store, go wrong in the ways that networks and
 * processes do.
 *
 * <pre>{@code
 * var faults = new Faults(point -> point.equals("append") ? Fault.ANSWER_LOST : Fault.NONE);
 * faults.call("append", () -> store.append(events), () -> new TimeoutException());
 * }</pre>
 *
 * <p>Safe for use by many threads if the plan is.
 */
public final class Faults {

  /** How a call goes wrong. */
  public enum Fault {
    /** It does not. */
    NONE,
    /** It never arrives, and its caller gets a failure. */
    NEVER_ARRIVES,
    /** It is done, but its caller gets a failure. */
    ANSWER_LOST,
    /** Its caller gets a failure, and it is done after that. */
    DONE_LATE,
    /** It never arrives, and its caller gets no answer: the process is as good as dead. */
    CRASH_BEFORE,
    /** It is done, but its caller gets no answer: the process is as good as dead. */
    CRASH_AFTER
  }

  private final Function<String, Fault> plan;

  /**
   * @param plan what happens to a call at the point with this name, asked once for each call
   */
  public Faults(Function<String, Fault> plan) {
    this.plan = plan;
  }

  /**
   * Makes a call, or does what the plan has for it.
   *
   * @param point what the plan knows the call by
   * @param call begins it
   * @param failure what its caller gets where it goes wrong
   */
  public <T> CompletionStage<T> call(
      String point, Supplier<? extends CompletionStage<T>> call, Supplier<Throwable> failure) {
    return switch (plan.apply(point)) {
      case NONE -> call.get();
      case NEVER_ARRIVES -> CompletableFuture.failedFuture(failure.get());
      case ANSWER_LOST ->
          call.get()
              .handle((_, _) -> CompletableFuture.<T>failedFuture(failure.get()))
              .thenCompose(Function.identity());
      case DONE_LATE -> {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.ofVirtual()
            .start(
                () -> {
                  answer.completeExceptionally(failure.get());
                  CompletionStage<T> _ = call.get();
                });
        yield answer;
      }
      case CRASH_BEFORE -> new CompletableFuture<>();
      case CRASH_AFTER -> call.get().thenCompose(_ -> new CompletableFuture<>());
    };
  }
}
