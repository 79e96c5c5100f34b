package dev.foldline.eventstoredb.connection;

import static com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.ReadDirection.Backwards;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.AllOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.StreamOptions;
import org.jspecify.annotations.Nullable;

/** Reads and catch-up subscriptions as the messages of the protocol. */
public final class ReadRequests {

  /** How many events a server looks at, at least, until it says how far it is. */
  private static final int WINDOW = 32;

  private static final Empty EMPTY = Empty.getDefaultInstance();

  private ReadRequests() {}

  /** A part of a stream, in its order. */
  static ReadReq stream(String stream, long from, int limit, boolean resolveLinks) {
    return request(
        Options.newBuilder()
            .setStream(options(stream).setRevision(from))
            .setResolveLinks(resolveLinks)
            .setNoFilter(EMPTY)
            .setCount(limit));
  }

  /**
   * A part of a stream, the latest first.
   *
   * @param from the latest revision; −1 for that of the last event
   */
  static ReadReq streamBackwards(String stream, long from, int limit) {
    return request(
        Options.newBuilder()
            .setStream(from < 0 ? options(stream).setEnd(EMPTY) : options(stream).setRevision(from))
            .setReadDirection(Backwards)
            .setNoFilter(EMPTY)
            .setCount(limit));
  }

  /** A part of the log, in its order, from a position on. */
  static ReadReq log(long from, int limit) {
    return request(Options.newBuilder().setAll(position(from)).setNoFilter(EMPTY).setCount(limit));
  }

  /**
   * A part of the log, the latest first.
   *
   * @param before the position that it is before; −1 for the end
   */
  static ReadReq logBackwards(long before, int limit) {
    return request(
        Options.newBuilder()
            .setAll(before < 0 ? AllOptions.newBuilder().setEnd(EMPTY) : position(before))
            .setReadDirection(Backwards)
            .setNoFilter(EMPTY)
            .setCount(limit));
  }

  /**
   * All events of a stream that are there, and those that come.
   *
   * @param after the revision behind which to begin; −1 for the beginning
   */
  public static ReadReq subscribe(String stream, long after, boolean resolveLinks) {
    return subscription(
        Options.newBuilder()
            .setStream(
                after < 0 ? options(stream).setStart(EMPTY) : options(stream).setRevision(after))
            .setNoFilter(EMPTY),
        resolveLinks);
  }

  /**
   * All events of the log that are there, and those that come.
   *
   * @param filter a regular expression of stream names, anchored; null for all streams
   * @param after the position behind which to begin; −1 for the beginning
   */
  public static ReadReq subscribeToAll(@Nullable String filter, long after, boolean resolveLinks) {
    Options.Builder options =
        Options.newBuilder()
            .setAll(after < 0 ? AllOptions.newBuilder().setStart(EMPTY) : position(after));
    if (filter == null) {
      options.setNoFilter(EMPTY);
    } else {
      options.setFilter(
          FilterOptions.newBuilder()
              .setStreamIdentifier(FilterOptions.Expression.newBuilder().setRegex(filter))
              .setMax(WINDOW)
              .setCheckpointIntervalMultiplier(1));
    }
    return subscription(options, resolveLinks);
  }

  private static ReadReq subscription(Options.Builder options, boolean resolveLinks) {
    return request(
        options
            .setResolveLinks(resolveLinks)
            .setSubscription(Options.SubscriptionOptions.getDefaultInstance()));
  }

  private static StreamOptions.Builder options(String stream) {
    return StreamOptions.newBuilder().setStreamIdentifier(WireNames.of(stream));
  }

  private static AllOptions.Builder position(long place) {
    return AllOptions.newBuilder()
        .setPosition(
            Options.Position.newBuilder().setCommitPosition(place).setPreparePosition(place));
  }

  private static ReadReq request(Options.Builder options) {
    return ReadReq.newBuilder()
        .setOptions(
            options
                .setUuidOption(Options.UUIDOption.newBuilder().setStructured(EMPTY))
                .setControlOption(Options.ControlOption.newBuilder().setCompatibility(1)))
        .build();
  }
}
