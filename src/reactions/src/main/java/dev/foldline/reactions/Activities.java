package dev.foldline.reactions;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foldline.core.Activity;
import dev.foldline.core.Effect.Perform;
import dev.foldline.core.Performs;
import dev.foldline.core.Performs.Attempt;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.eventstoredb.events.Json;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Has other systems do something, each try on a virtual thread of its own. */
final class Activities {

  private static final int MOST_BYTES = 4_096;

  private final Function<Activity<?, ?>, Performs<?, ?>> performers;
  private final Duration timeout;

  /**
   * @param performers who does an activity
   * @param timeout of a try
   */
  Activities(Function<Activity<?, ?>, Performs<?, ?>> performers, Duration timeout) {
    this.performers = performers;
    this.timeout = timeout;
  }

  /** Tries it once; see below. */
  <I> Uni<Result> perform(Perform<I> effect, Attempt attempt) {
    return perform(effect, attempt, timeout);
  }

  /**
   * Tries it once.
   *
   * @param limit after which it counts as failed, where that is sooner than usual
   * @return what became of it; fails in any way if it is to be tried again
   */
  <I> Uni<Result> perform(Perform<I> effect, Attempt attempt, Duration limit) {
    Duration patience = limit.compareTo(timeout) < 0 ? limit : timeout;
    return Uni.createFrom()
        .<Result>emitter(
            emitter -> {
              CompletableFuture<Result> answer = new CompletableFuture<>();
              Thread thread = Thread.startVirtualThread(() -> perform(effect, attempt, answer));
              emitter.onTermination(thread::interrupt);
              CompletableFuture<?> _ =
                  answer.whenComplete(
                      (result, failure) -> {
                        if (failure == null) {
                          emitter.complete(result);
                        } else {
                          emitter.fail(failure);
                        }
                      });
            })
        .ifNoItem()
        .after(patience)
        .failWith(
            () ->
                new TimeoutException(
                    effect.activity() + " did not answer within " + patience.toMillis() + " ms"));
  }

  private <I> void perform(Perform<I> effect, Attempt attempt, CompletableFuture<Result> answer) {
    try {
      @SuppressWarnings("unchecked") // it was found by the activity's types
      Performs<I, ?> performs = (Performs<I, ?>) performers.apply(effect.activity());
      answer.complete(
          new Result.Done(effect.name(), checked(performs.perform(effect.input(), attempt))));
    } catch (Refused refused) {
      answer.complete(new Result.Refused(effect.name(), refused.code()));
    } catch (Throwable failure) {
      answer.completeExceptionally(failure);
    }
  }

  private static Object checked(Object result) throws JsonProcessingException {
    int bytes = Json.MAPPER.writeValueAsBytes(result).length;
    if (bytes > MOST_BYTES) {
      throw new IllegalStateException(
          "its result is %d bytes as JSON, and at most %d are allowed"
              .formatted(bytes, MOST_BYTES));
    }
    return result;
  }
}
