package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Unavailable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;

/**
 * Lets the work of one key run one after another, what waits meanwhile together, and that of
 * different keys at once.
 *
 * <p>Nothing blocks: work that has to wait is kept, up to a limit.
 */
final class CommandQueues<T> {

  /** Does some work of one key. Its failure is nobody's here: the work answers for itself. */
  interface Worker<T> {
    CompletionStage<?> run(String key, List<T> work);
  }

  private final int limit;
  private final int batch;
  private final BiPredicate<T, T> together;
  private final Worker<T> worker;

  /** What waits behind that which runs; a key without work has no entry. */
  private final ConcurrentMap<String, Queue<T>> waiting = new ConcurrentHashMap<>();

  /**
   * @param limit how much may wait for one key
   * @param batch how much runs together at most
   * @param together whether two may run together
   */
  CommandQueues(int limit, int batch, BiPredicate<T, T> together, Worker<T> worker) {
    this.limit = limit;
    this.batch = batch;
    this.together = together;
    this.worker = worker;
  }

  /**
   * Has work done as soon as what came before is.
   *
   * @throws Unavailable if too much waits already
   */
  void enter(String key, T work) {
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
      drain(key, List.of(work));
    }
  }

  /** Runs what waits until it has to wait for an answer, or nothing is left. */
  private void drain(String key, List<T> work) {
    while (!work.isEmpty()) {
      AtomicBoolean handedOver = new AtomicBoolean();
      Runnable end =
          () -> {
            if (handedOver.getAndSet(true)) {
              drain(key, next(key));
            }
          };
      CompletionStage<?> _ = worker.run(key, work).whenComplete((_, _) -> end.run());
      if (!handedOver.getAndSet(true)) {
        return;
      }
      work = next(key);
    }
  }

  private List<T> next(String key) {
    List<T> next = new ArrayList<>();
    waiting.computeIfPresent(
        key,
        (_, queue) -> {
          while (next.size() < batch
              && !queue.isEmpty()
              && (next.isEmpty() || together.test(next.getFirst(), queue.element()))) {
            next.add(queue.remove());
          }
          return next.isEmpty() ? null : queue;
        });
    return next;
  }
}
