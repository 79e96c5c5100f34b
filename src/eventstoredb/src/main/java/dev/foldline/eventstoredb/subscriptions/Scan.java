package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.core.Away;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.ReadRequests;
import dev.foldline.eventstoredb.connection.WireEvents;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
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

  private final EventStore store;
  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
  private volatile boolean closed;
  private volatile @Nullable ClientCall<ReadReq, ReadResp> call;
  private int taken;
  private long position;
  private boolean ended;
  private @Nullable Throwable failure;

  /** What the store said. */
  private sealed interface Arrived {

    record Event(Recorded<StoredEvent> event) implements Arrived {}

    /** It looked at everything up to here. */
    record Passed(long position) implements Arrived {}

    record End() implements Arrived {}

    record Failed(Throwable cause) implements Arrived {}
  }

  /**
   * Begins to read.
   *
   * @param filter a regular expression of stream names, anchored
   * @param after the position behind which to begin, −1 for the beginning
   */
  public Scan(EventStore store, String filter, long after) {
    this.store = store;
    this.position = after;
    ReadReq request = ReadRequests.subscribeToAll(filter, after, false);
    store
        .channel()
        .subscribe()
        .with(
            channel -> begin(channel, request),
            failure -> arrived.add(new Arrived.Failed(failure)));
  }

  private void begin(Channel channel, ReadReq request) {
    ClientCall<ReadReq, ReadResp> begun =
        channel.newCall(StreamsGrpc.getReadMethod(), CallOptions.DEFAULT);
    call = begun;
    begun.start(new Listener(), new Metadata());
    begun.request(BUFFER);
    begun.sendMessage(request);
    begun.halfClose();
    if (closed) {
      begun.cancel("closed", null);
    }
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
    if (failure != null) {
      throw unavailable(failure);
    }
    @Nullable Arrived first = arrived.poll(store.timeout().toMillis(), TimeUnit.MILLISECONDS);
    if (first == null) {
      throw unavailable(new TimeoutException());
    }
    List<Arrived> more = new ArrayList<>();
    more.add(first);
    arrived.drainTo(more, limit - 1);
    for (Arrived each : more) {
      switch (each) {
        case Arrived.Event(var event) -> {
          events.add(event);
          position = event.position();
        }
        case Arrived.Passed(var checkpoint) -> position = checkpoint;
        case Arrived.Failed(var cause) -> failure = cause;
        case Arrived.End _ -> ended = true;
      }
    }
    askForMore(more.size());
    return events;
  }

  /** What was taken makes room for as much; asked for in few messages. */
  private void askForMore(int more) {
    taken += more;
    @Nullable ClientCall<ReadReq, ReadResp> open = call;
    if (taken >= BUFFER / 4 && open != null) {
      open.request(taken);
      taken = 0;
    }
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
    @Nullable ClientCall<ReadReq, ReadResp> open = call;
    if (open != null) {
      open.cancel("closed", null);
    }
  }

  /** Passes on what arrives, which is no more than was asked for. */
  private final class Listener extends ClientCall.Listener<ReadResp> {

    @Override
    public void onMessage(ReadResp message) {
      switch (message.getContentCase()) {
        case EVENT ->
            arrived.add(new Arrived.Event(WireEvents.toResolved(message.getEvent()).original()));
        case CHECKPOINT ->
            arrived.add(new Arrived.Passed(message.getCheckpoint().getCommitPosition()));
        case CAUGHT_UP -> arrived.add(new Arrived.End());
        case CONFIRMATION,
            STREAM_NOT_FOUND,
            FIRST_STREAM_POSITION,
            LAST_STREAM_POSITION,
            LAST_ALL_STREAM_POSITION,
            FELL_BEHIND,
            CONTENT_NOT_SET -> {}
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      arrived.add(new Arrived.Failed(status.asRuntimeException(trailers)));
    }
  }
}
