package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.AllOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.CountOptionCase;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptionCase;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.ReadDirection;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.StreamOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.UUIDOption;
import dev.foldline.embedded.grpc.From.End;
import dev.foldline.embedded.grpc.From.Start;
import dev.foldline.embedded.log.StreamNames;
import org.jspecify.annotations.Nullable;

/**
 * A valid {@code Streams/Read}.
 *
 * @param stream its name, or {@code $all}
 * @param count of events at most; for a subscription without meaning
 * @param compatible whether the reader understands messages about the ends of a stream
 * @param filter of $all; null for none
 */
record ReadRequest(
    String stream,
    boolean subscription,
    boolean backwards,
    From from,
    long count,
    boolean resolveLinks,
    boolean structuredIds,
    boolean compatible,
    @Nullable WindowedFilter filter) {

  private static final int DEFAULT_WINDOW = 32;

  /**
   * A filter and how often it reports how far it has come.
   *
   * @param window of a page, in events
   * @param interval between checkpoints, in events
   */
  record WindowedFilter(EventFilter events, long window, long interval) {}

  boolean all() {
    return stream.equals(StreamNames.ALL);
  }

  static ReadRequest parse(ReadReq request) {
    if (!request.hasOptions()) {
      throw Errors.unknown("The options are missing");
    }
    Options options = request.getOptions();
    boolean all = options.hasAll();
    boolean backwards = options.getReadDirection() == ReadDirection.Backwards;
    boolean subscription = options.getCountOptionCase() == CountOptionCase.SUBSCRIPTION;
    boolean filtered = options.getFilterOptionCase() == FilterOptionCase.FILTER;
    require(options.hasUuidOption(), "The form of ids is missing");
    require(all || options.hasStream(), "Neither a stream nor all");
    require(
        options.getCountOptionCase() != CountOptionCase.COUNTOPTION_NOT_SET,
        "Neither a count nor a subscription");
    require(
        options.getFilterOptionCase() != FilterOptionCase.FILTEROPTION_NOT_SET,
        "Neither a filter nor none");
    require(
        options.getReadDirection() != ReadDirection.UNRECOGNIZED, "Neither forwards nor backwards");
    require(all || !filtered, "Only $all can be filtered");
    require(!subscription || !backwards, "A subscription can't go backwards");
    if (!subscription && options.getCount() == 0) {
      throw Errors.unknown("The count is 0");
    }
    return new ReadRequest(
        all
            ? StreamNames.ALL
            : StreamRequests.streamName(
                options.getStream().hasStreamIdentifier(),
                options.getStream().getStreamIdentifier()),
        subscription,
        backwards,
        all ? position(options.getAll()) : revision(options.getStream(), backwards || subscription),
        options.getCount() < 0 ? Long.MAX_VALUE : options.getCount(),
        options.getResolveLinks(),
        options.getUuidOption().getContentCase() != UUIDOption.ContentCase.STRING,
        options.getControlOption().getCompatibility() >= 1,
        filtered ? filter(options.getFilter(), subscription) : null);
  }

  private static void require(boolean given, String otherwise) {
    if (!given) {
      throw Errors.invalidArgument(otherwise);
    }
  }

  private static From revision(StreamOptions stream, boolean endAllowed) {
    From from =
        switch (stream.getRevisionOptionCase()) {
          case REVISION -> StreamRequests.from(stream.getRevision());
          case START -> new Start();
          case END -> new End();
          case REVISIONOPTION_NOT_SET -> throw Errors.unknown("The revision is missing");
        };
    if (from instanceof End && !endAllowed) {
      throw Errors.unknown("Nothing can be read forwards from the end");
    }
    return from;
  }

  private static From position(AllOptions all) {
    return switch (all.getAllOptionCase()) {
      case POSITION ->
          StreamRequests.position(
              all.getPosition().getCommitPosition(), all.getPosition().getPreparePosition());
      case START -> new Start();
      case END -> new End();
      case ALLOPTION_NOT_SET -> throw Errors.unknown("The position is missing");
    };
  }

  private static WindowedFilter filter(FilterOptions filter, boolean subscription) {
    long window =
        switch (filter.getWindowCase()) {
          case MAX -> Integer.toUnsignedLong(filter.getMax());
          case COUNT -> DEFAULT_WINDOW;
          case WINDOW_NOT_SET -> throw Errors.invalidArgument("The filter's window is missing");
        };
    long multiplier = Integer.toUnsignedLong(filter.getCheckpointIntervalMultiplier());
    EventFilter events = EventFilter.of(filter);
    if (subscription && multiplier == 0) {
      throw Errors.unknown("The multiplier of the checkpoint interval is 0");
    }
    if (!subscription && window == 0) {
      throw Errors.unknown("The filter's window is 0");
    }
    return new WindowedFilter(events, window, window * multiplier);
  }
}
