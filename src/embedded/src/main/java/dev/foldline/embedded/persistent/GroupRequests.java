package dev.foldline.embedded.persistent;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.CreateReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ListReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReplayParkedReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.UpdateReq;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.foldline.embedded.grpc.Errors;
import dev.foldline.embedded.log.StreamNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests about groups as what they mean, or the error that they are answered with. */
final class GroupRequests {
  private static final long TICKS_PER_MILLI = 10_000;

  private GroupRequests() {}

  /**
   * The group that a request is about.
   *
   * @param named whether its source is a stream
   * @param all whether its source is {@code $all}
   */
  static GroupKey key(boolean named, StreamIdentifier identifier, boolean all, String group) {
    return new GroupKey(source(named, identifier, all), group);
  }

  /** The stream whose groups are asked for. */
  static String stream(ListReq.StreamOption option) {
    var stream = source(option.hasStream(), option.getStream(), option.hasAll());
    if (stream.isEmpty()) {
      throw Errors.unknown("The stream name is empty");
    }
    return stream;
  }

  private static String source(boolean named, StreamIdentifier identifier, boolean all) {
    if (!named && !all) {
      throw Errors.unknown("The request names no stream");
    }
    return all ? StreamNames.ALL : StreamNames.decode(identifier.getStreamName());
  }

  static GroupConfig create(CreateReq request) {
    if (!request.hasOptions()) {
      throw Errors.unknown("The request has no options");
    }
    return config(request.getOptions());
  }

  /**
   * An update is a creation without a filter and without a strategy by name: the same fields with
   * the same numbers.
   */
  static GroupConfig update(UpdateReq request) {
    if (!request.hasOptions()) {
      throw Errors.unknown("The request has no options");
    }
    try {
      var known =
          DiscardUnknownFieldsParser.wrap(UpdateReq.Options.parser())
              .parseFrom(request.getOptions().toByteString());
      return config(CreateReq.Options.parseFrom(known.toByteString()));
    } catch (InvalidProtocolBufferException e) {
      throw Errors.unknown("The request is malformed: " + e.getMessage());
    }
  }

  @SuppressWarnings("deprecation") // Old clients name the stream in a deprecated field.
  private static GroupConfig config(CreateReq.Options options) {
    if (!options.hasSettings()) {
      throw Errors.unknown("The request has no settings");
    }
    return switch (options.getStreamOptionCase()) {
      case STREAM -> {
        var stream = options.getStream();
        yield config(
            options,
            stream(stream.hasStreamIdentifier(), stream.getStreamIdentifier()),
            null,
            start(stream));
      }
      case ALL ->
          config(options, StreamNames.ALL, filter(options.getAll()), start(options.getAll()));
      case STREAMOPTION_NOT_SET ->
          config(
              options,
              stream(options.hasStreamIdentifier(), options.getStreamIdentifier()),
              null,
              deprecatedStart(options));
    };
  }

  private static GroupConfig config(
      CreateReq.Options options, String stream, @Nullable FilterConfig filter, Start start) {
    var key = new GroupKey(stream, options.getGroupName());
    return new GroupConfig(key, filter, start, settings(key, options.getSettings()));
  }

  private static String stream(boolean named, StreamIdentifier identifier) {
    var stream = source(named, identifier, false);
    if (stream.isEmpty() || stream.equals(StreamNames.ALL)) {
      throw Errors.unknown("No stream has the name \"%s\"".formatted(stream));
    }
    return stream;
  }

  private static Start start(CreateReq.StreamOptions stream) {
    return switch (stream.getRevisionOptionCase()) {
      case REVISION -> start(stream.getRevision(), stream.getRevision());
      case START -> Start.at(0, 0);
      case END -> Start.end();
      case REVISIONOPTION_NOT_SET ->
          throw Errors.invalidArgument("The request has no revision option");
    };
  }

  private static Start start(CreateReq.AllOptions all) {
    return switch (all.getAllOptionCase()) {
      case POSITION ->
          start(all.getPosition().getCommitPosition(), all.getPosition().getPreparePosition());
      case START -> Start.at(0, 0);
      case END -> Start.end();
      case ALLOPTION_NOT_SET -> throw Errors.invalidArgument("The request has no position option");
    };
  }

  @SuppressWarnings("deprecation") // Old clients still send it.
  private static Start deprecatedStart(CreateReq.Options options) {
    return start(options.getSettings().getRevision(), options.getSettings().getRevision());
  }

  /** 2^64−1 is the end; nothing else beyond 2^63−1 is a position. */
  private static Start start(long commit, long prepare) {
    if (commit == -1 && prepare == -1) {
      return Start.end();
    }
    if (commit < 0 || prepare < 0 || prepare > commit) {
      throw Errors.unknown(
          "No event can have the position %s/%s"
              .formatted(Long.toUnsignedString(commit), Long.toUnsignedString(prepare)));
    }
    return Start.at(commit, prepare);
  }

  private static @Nullable FilterConfig filter(CreateReq.AllOptions all) {
    return all.hasFilter() ? filter(all.getFilter()) : null;
  }

  private static FilterConfig filter(CreateReq.AllOptions.FilterOptions options) {
    var filter =
        switch (options.getFilterCase()) {
          case STREAM_IDENTIFIER ->
              filter(FilterConfig.Target.STREAM, options.getStreamIdentifier());
          case EVENT_TYPE -> filter(FilterConfig.Target.TYPE, options.getEventType());
          case FILTER_NOT_SET ->
              throw Errors.invalidArgument("The filter is neither on streams nor on types");
        };
    filter.predicate();
    return filter;
  }

  private static FilterConfig filter(
      FilterConfig.Target target, CreateReq.AllOptions.FilterOptions.Expression expression) {
    return new FilterConfig(target, expression.getRegex(), List.copyOf(expression.getPrefixList()));
  }

  private static GroupSettings settings(GroupKey key, CreateReq.Settings settings) {
    return new GroupSettings(
        settings.getResolveLinks(),
        settings.getExtraStatistics(),
        settings.getMaxRetryCount(),
        switch (settings.getMessageTimeoutCase()) {
          case MESSAGE_TIMEOUT_MS -> settings.getMessageTimeoutMs();
          case MESSAGE_TIMEOUT_TICKS -> millis(settings.getMessageTimeoutTicks());
          case MESSAGETIMEOUT_NOT_SET -> 0;
        },
        switch (settings.getCheckpointAfterCase()) {
          case CHECKPOINT_AFTER_MS -> settings.getCheckpointAfterMs();
          case CHECKPOINT_AFTER_TICKS -> millis(settings.getCheckpointAfterTicks());
          case CHECKPOINTAFTER_NOT_SET -> 0;
        },
        settings.getMinCheckpointCount(),
        settings.getMaxCheckpointCount(),
        settings.getMaxSubscriberCount(),
        settings.getLiveBufferSize(),
        settings.getReadBatchSize(),
        settings.getHistoryBufferSize(),
        strategy(key, settings));
  }

  private static int millis(long ticks) {
    return Math.clamp(ticks / TICKS_PER_MILLI, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  @SuppressWarnings("deprecation") // Java's client still sends the enum alone.
  private static Strategy strategy(GroupKey key, CreateReq.Settings settings) {
    var name =
        settings.getConsumerStrategy().isEmpty()
            ? settings.getNamedConsumerStrategy().name()
            : settings.getConsumerStrategy();
    return Strategy.named(name)
        .orElseThrow(
            () ->
                Errors.persistentSubscriptionFailed(
                    key.stream(), key.group(), "Unknown consumer strategy " + name));
  }

  /** The revision that a replay stops before. */
  static long stopAt(GroupKey key, ReplayParkedReq.Options options) {
    var stopAt =
        switch (options.getStopAtOptionCase()) {
          case STOP_AT -> options.getStopAt();
          case NO_LIMIT -> Long.MAX_VALUE;
          case STOPATOPTION_NOT_SET -> throw Errors.unknown("The request has no stop option");
        };
    if (stopAt < 0) {
      throw Errors.persistentSubscriptionFailed(
          key.stream(), key.group(), "A replay can't stop at a negative revision");
    }
    return stopAt;
  }
}
