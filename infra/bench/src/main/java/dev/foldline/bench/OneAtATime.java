package dev.foldline.bench;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Failure;
import dev.foldline.core.Snapshots;
import dev.foldline.core.Stored;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.eventstoredb.commands.CommandListener;
import dev.foldline.eventstoredb.commands.CommandOptions;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import io.smallrye.mutiny.TimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * An application that sends commands one at a time, with the time-outs that Foldline has where
 * nothing is configured. After one that failed the next one follows soon.
 */
final class OneAtATime implements AutoCloseable {

  private static final Duration STORE_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(10);

  private static final CommandOptions OPTIONS =
      new CommandOptions(20, 20_000, 1_000, 256, 10_000, 500, Duration.ofDays(1), 0, Set.of());

  record Count(String counter) {}

  sealed interface Counted {
    @Stored("counted")
    record One(long number) implements Counted {}
  }

  private static final Category<Counted> COUNTERS = Category.of("counter", Counted.class);

  private static final Decider<Count, Long, Counted> DECIDER =
      new Decider<>(
          COUNTERS,
          Count::counter,
          0L,
          (_, number) -> List.of(new Counted.One(number + 1)),
          (_, counted) ->
              switch (counted) {
                case Counted.One(long number) -> number;
              });

  private final EventStore store;
  private final CommandHandler handler;
  private final Count command = new Count(UUID.randomUUID().toString());
  private volatile CompletableFuture<Long> next = new CompletableFuture<>();
  private volatile boolean closed;

  OneAtATime(String connectionString) {
    store = new EventStore(connectionString, STORE_TIMEOUT);
    handler =
        new CommandHandler(
            store.streams(),
            new EventCodec(List.of(COUNTERS)),
            Snapshots.NONE,
            () -> CommandContext.NONE,
            OPTIONS,
            new CommandListener() {});
  }

  /** Sends one, and answers whether it was done. */
  boolean send() {
    try {
      handler.handle(DECIDER, command).await().atMost(TIMEOUT);
      next.complete(System.nanoTime());
      return true;
    } catch (Failure | TimeoutException e) {
      LockSupport.parkNanos(PAUSE.toNanos());
      return false;
    }
  }

  /** When the next one is done from now on, by {@link System#nanoTime}. */
  CompletableFuture<Long> nextDone() {
    CompletableFuture<Long> done = new CompletableFuture<>();
    next = done;
    return done;
  }

  /** Sends one after another, in a thread of its own. */
  void sendUntilClosed() {
    Thread _ =
        Thread.ofPlatform()
            .daemon()
            .name("commands")
            .start(
                () -> {
                  while (!closed) {
                    boolean _ = send();
                  }
                });
  }

  @Override
  public void close() {
    closed = true;
    store.close();
  }
}
