package dev.foldline.messaging;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Remembers what a bean saw, for the test to ask. */
class Seen<T> {

  private final Queue<T> all = new ConcurrentLinkedQueue<>();

  void see(T one) {
    all.add(one);
  }

  List<T> all() {
    return List.copyOf(all);
  }

  /** All, as soon as there are so many. */
  List<T> wait(int count) {
    await().atMost(Duration.ofSeconds(20)).until(() -> all.size() >= count);
    return all();
  }
}
