package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.Subscription;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.SubscriptionListener;
import dev.foldline.core.Away;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.ClientEvents;
import dev.foldline.eventstoredb.connection.EventStore;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of all streams once, in its order, up to its end: a catch-up subscription that is
 * asked for events, so that no more are in memory than its buffer holds. Its calls block; for one
 * thread, a virtual one at best.
 */
public final class Scan implements AutoCloseable {

  private static final int BUFFER = 8_192;
  private static final Object END = new Object();

  private final EventStore store;
  private final BlockingQueue<Object> arrived = new ArrayBlockingQueue<>(BUFFER);
  private final Uni<Subscription> subscription;
  private volatile boolean closed;
  private long position;
  private boolean ended;

  /**
   * Begins to read.
   *
   * @param filter a regular expression of stream names, anchored
   * @param after the position behind which to begin, −1 for the beginning
   */
  public Scan(EventStore store, String filter, long after) {
    this.store = store;
    this.position = after;
    Listener listener = new Listener();
    SubscribeToAllOptions options =
        SubscribeToAllOptions.get()
            .filter(
                SubscriptionFilter.newBuilder()
                    .withStreamNameRegularExpression(filter)
                    .withCheckpointer((_, checkpoint) -> listener.checked(checkpoint))
                    .build());
    options.batchSize(BUFFER / 4);
    if (after < 0) {
      options.fromStart();
    } else {
      options.fromPosition(new Position(after, after));
    }
    this.subscription =
        Uni.createFrom()
            .completionStage(() -> store.client().subscribeToAll(listener, options))
            .memoize()
            .indefinitely();
    subscription.subscribe().with(_ -> {}, listener::offer);
  }

  /**
   * Begins to read the events of one stream, those among them that the stream does not give any
   * more.
   */
  public static Scan ofStream(EventStore store, String stream, long after) {
    return new Scan(store, only(stream), after);
  }

  static String only(String stream) {
    return "^" + escaped(stream) + "$";
  }

  /** Escapes what has a meaning for the server, and nothing else: .NET refuses it elsewhere. */
  static String escaped(String name) {
    return name.replaceAll("[\\\\*+?|{}\\[\\]()^$.# ]", "\\\\$0");
  }

  /**
   * The next events. None at the end of the log, and none where the store has only come past events
   * that the filter leaves out: {@link #position} moves all the same.
   *
   * @param limit how many at most
   * @throws Unavailable if the store is away, or did not even come past anything in time
   */
  public List<Recorded<StoredEvent>> next(int limit) throws InterruptedException {
    List<Recorded<StoredEvent>> events = new ArrayList<>();
    if (ended) {
      return events;
    }
    @Nullable Object first = arrived.poll(store.timeout().toMillis(), TimeUnit.MILLISECONDS);
    if (first == null) {
      throw unavailable(new TimeoutException());
    }
    List<Object> more = new ArrayList<>();
    more.add(first);
    arrived.drainTo(more, limit - 1);
    for (Object each : more) {
      switch (each) {
        case ResolvedEvent event -> {
          Recorded<StoredEvent> recorded = ClientEvents.toRecorded(event.getEvent());
          events.add(recorded);
          position = recorded.position();
        }
        case Position checkpoint -> position = checkpoint.getCommitUnsigned();
        case Throwable failure -> throw unavailable(failure);
        default -> ended = true;
      }
    }
    return events;
  }

  private Unavailable unavailable(Throwable failure) {
    return store.failed(failure) instanceof Away away
        ? away
        : new Unavailable("the event store does not go on: " + failure);
  }

  /** The position behind which to go on: {@link #next} has given every event up to it. */
  public long position() {
    return position;
  }

  /** Whether it has come to the end of the log. */
  public boolean ended() {
    return ended;
  }

  @Override
  public void close() {
    closed = true;
    arrived.clear();
    subscription.subscribe().with(Subscription::stop, _ -> {});
  }

  /** Passes on what arrives; waits, and so lets the server wait, while there is no room. */
  private final class Listener extends SubscriptionListener {

    @Override
    public void onConfirmation(Subscription confirmed) {
      if (closed) {
        confirmed.stop();
      }
    }

    @Override
    public void onEvent(Subscription from, ResolvedEvent event) {
      offer(event);
    }

    /** The server looked at everything up to here. */
    CompletableFuture<Void> checked(Position checkpoint) {
      offer(checkpoint);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onCaughtUp(Subscription caughtUp) {
      offer(END);
    }

    @Override
    public void onCancelled(Subscription cancelled, @Nullable Throwable cause) {
      offer(cause == null ? new IllegalStateException("closed") : cause);
    }

    private void offer(Object item) {
      try {
        while (!closed && !arrived.offer(item, 100, TimeUnit.MILLISECONDS)) {
          Thread.onSpinWait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
