package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.subscriptions.TestStore;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many streams at once, each in its order, whatever kind of handler there is. */
class ConcurrencyTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int STREAMS = 8;
  private static final int EVENTS = 25;

  private TestStore server;

  @BeforeEach
  void start(@TempDir Path data) {
    server = new TestStore(data);
    for (int stream = 0; stream < STREAMS; stream++) {
      server.append(n + "-" + stream, 0, EVENTS);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Notes who is being handled, in which order, and how many at once. */
  static class Handling {
    private final Map<String, List<Long>> revisions = new ConcurrentHashMap<>();
    private final Set<String> inHand = ConcurrentHashMap.newKeySet();
    private final AtomicInteger overlaps = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger count = new AtomicInteger();

    void begin(Recorded<StoredEvent> event) {
      if (!inHand.add(event.stream())) {
        overlaps.incrementAndGet();
      }
      most.accumulateAndGet(inHand.size(), Math::max);
      List<Long> seen = revisions.computeIfAbsent(event.stream(), _ -> new ArrayList<>());
      synchronized (seen) {
        seen.add(event.revision());
      }
    }

    void end(Recorded<StoredEvent> event) {
      inHand.remove(event.stream());
      count.incrementAndGet();
    }

    void check(int atOnce) {
      await().atMost(LIMIT).until(() -> count.get() == STREAMS * EVENTS);
      assertThat(overlaps).hasValue(0);
      assertThat(revisions).hasSize(STREAMS);
      assertThat(revisions.values())
          .allSatisfy(seen -> assertThat(seen).isSorted().doesNotHaveDuplicates().hasSize(EVENTS));
      assertThat(most.get()).isBetween(Math.min(atOnce, 2), atOnce);
    }
  }

  @ApplicationScoped
  static class BlockingHandler extends Handling {

    private final CountDownLatch two = new CountDownLatch(2);

    @Incoming("numbers")
    @Blocking(ordered = false)
    void consume(Recorded<StoredEvent> event) throws InterruptedException {
      begin(event);
      two.countDown();
      two.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      end(event);
    }
  }

  @Test
  void blocking_handlers_work_at_once() {
    var properties = Map.of("in.numbers.category", n, "in.numbers.max-concurrency", "4");
    try (var application = new Application(server, properties, BlockingHandler.class)) {
      application.get(BlockingHandler.class).check(4);
    }
  }

  @ApplicationScoped
  static class OrderedHandler extends Handling {
    @Incoming("numbers")
    @Blocking
    void consume(Recorded<StoredEvent> event) {
      begin(event);
      end(event);
    }
  }

  @Test
  void ordered_blocking_handlers_work_one_at_a_time() {
    var properties = Map.of("in.numbers.category", n);
    try (var application = new Application(server, properties, OrderedHandler.class)) {
      application.get(OrderedHandler.class).check(1);
    }
  }

  @ApplicationScoped
  static class UniHandler extends Handling {
    @Incoming("numbers")
    Uni<Void> consume(Recorded<StoredEvent> event) {
      begin(event);
      return Uni.createFrom()
          .voidItem()
          .onItem()
          .delayIt()
          .by(Duration.ofMillis(2))
          .invoke(() -> end(event));
    }
  }

  @Test
  void uni_handlers_work_one_at_a_time() {
    try (var application =
        new Application(server, Map.of("in.numbers.category", n), UniHandler.class)) {
      application.get(UniHandler.class).check(1);
    }
  }

  @Test
  void uni_handlers_work_at_once_as_many_as_the_channels_concurrency() {
    var properties = Map.of("in.numbers.category", n, "in.numbers.concurrency", "3");
    try (var application = new Application(server, properties, UniHandler.class)) {
      application.get(UniHandler.class).check(3);
    }
  }

  @ApplicationScoped
  static class SlowHandler extends Seen<String> {

    private final CountDownLatch released = new CountDownLatch(1);

    @Incoming("numbers")
    @Blocking(ordered = false)
    void consume(Recorded<StoredEvent> event) throws InterruptedException {
      see(event.stream());
      released.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    void release() {
      released.countDown();
    }
  }

  @Test
  void a_slow_handler_is_felt_by_the_server() throws Exception {
    var properties =
        Map.of(
            "in.numbers.category", n,
            "in.numbers.max-concurrency", "2",
            "in.numbers.buffer-size", "30");
    try (var application = new Application(server, properties, SlowHandler.class)) {
      SlowHandler handler = application.get(SlowHandler.class);
      handler.wait(2);
      await().atMost(LIMIT).until(() -> inFlight() == 30);
      assertThat(handler.all()).hasSize(2);
      handler.release();
      handler.wait(STREAMS * EVENTS);
    }
  }

  private int inFlight() throws Exception {
    return server
        .official()
        .subscriptions()
        .getInfoToAll(own("numbers"))
        .get(10, TimeUnit.SECONDS)
        .orElseThrow()
        .getStats()
        .getTotalInFlightMessages();
  }
}
