package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Failure;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.commands.FrameProxy.Fault;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.EventStoreServer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Commands to a store whose connections misbehave")
class MisbehavingStoreTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CALLERS = 64;
  private static final int STREAMS = 500;

  private final EventStoreServer server = EventStoreServer.start();
  private final String run = EventStoreServer.unique("m");

  /** Repeats each command until it is answered, and says how often that was needed. */
  private int repeats(Instance instance, int commands) throws Exception {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger repeats = new AtomicInteger();
    CountDownLatch callers = new CountDownLatch(CALLERS);
    for (int caller = 0; caller < CALLERS; caller++) {
      Thread.ofVirtual()
          .start(
              () -> {
                for (int i = next.getAndIncrement(); i < commands; i = next.getAndIncrement()) {
                  while (!isAnswered(instance, i)) {
                    repeats.incrementAndGet();
                  }
                }
                callers.countDown();
              });
    }
    assertThat(callers.await(5, TimeUnit.MINUTES)).isTrue();
    return repeats.get();
  }

  private boolean isAnswered(Instance instance, int number) {
    try {
      String stream = run + "-" + number % STREAMS;
      instance.handle("key-" + number, stream, new Counter.Command.Add(1)).await().atMost(PATIENCE);
      return true;
    } catch (Unavailable | OutcomeUnknown e) {
      return false;
    } catch (Failure e) {
      throw new AssertionError("no caller's fault", e);
    }
  }

  private void isExact(int commands) {
    try (EventStore store = new EventStore(server.connectionString(), Duration.ofSeconds(5))) {
      List<Integer> lengths =
          IntStream.range(0, STREAMS)
              .mapToObj(i -> store.remaining("counter-" + run + "-" + i, 0, commands))
              .map(read -> read.await().atMost(PATIENCE).size())
              .toList();
      assertThat(lengths).containsOnly(commands / STREAMS);
    }
  }

  @Test
  void are_done_once_though_every_fiftieth_frame_resets_a_call_or_ends_a_connection()
      throws Exception {
    int commands = 10_000;
    try (server;
        FrameProxy proxy =
            new FrameProxy(server.port(), 50, 1, Fault.RESET, Fault.GOAWAY, Fault.BREAK);
        EventStore store = new EventStore(proxy.connectionString(), Duration.ofSeconds(5))) {
      repeats(Instance.of(store.streams()), commands);

      isExact(commands);
      assertThat(Arrays.stream(Fault.values()).filter(fault -> proxy.times(fault) > 10).count())
          .isEqualTo(3);
    }
  }

  @Test
  void are_done_once_though_connections_fall_silent() throws Exception {
    int commands = 2_000;
    try (server;
        FrameProxy proxy = new FrameProxy(server.port(), 500, 2, Fault.HALF_OPEN);
        EventStore store = new EventStore(proxy.connectionString(), Duration.ofMillis(500))) {
      repeats(Instance.of(store.streams()), commands);

      isExact(commands);
      assertThat(proxy.times(Fault.HALF_OPEN)).isPositive();
    }
  }
}
