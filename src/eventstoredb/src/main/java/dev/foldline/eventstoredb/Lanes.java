package dev.foldline.eventstoredb;

import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Lets the work of one key run one after another, and that of different keys at once.
 *
 * <p>Nothing blocks: work that has to wait is kept, up to a limit.
 */
final class Lanes {

  private final int limit;

  /** What waits behind the one that runs; a key without work has no entry. */
  private final ConcurrentMap<String, Queue<Runnable>> waiting = new ConcurrentHashMap<>();

  Lanes(int limit) {
    this.limit = limit;
  }

  <T> Uni<T> run(String key, Supplier<Uni<? extends T>> work) {
    return Uni.createFrom()
        .emitter(
            emitter ->
                enter(
                    key,
                    () ->
                        Uni.createFrom()
                            .deferred(work)
                            .onTermination()
                            .invoke(() -> leave(key))
                            .subscribe()
                            .with(emitter::complete, emitter::fail)));
  }

  private void enter(String key, Runnable work) {
    boolean[] free = {false};
    waiting.compute(
        key,
        (_, queue) -> {
          if (queue == null) {
            free[0] = true;
            return new ArrayDeque<>();
          }
          if (queue.size() >= limit) {
            throw new Unavailable("overloaded", "too many commands wait for " + key);
          }
          queue.add(work);
          return queue;
        });
    if (free[0]) {
      work.run();
    }
  }

  private void leave(String key) {
    Runnable[] next = {null};
    waiting.computeIfPresent(
        key,
        (_, queue) -> {
          next[0] = queue.poll();
          return next[0] == null ? null : queue;
        });
    if (next[0] != null) {
      next[0].run();
    }
  }
}
