package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.CreateReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.GetInfoReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReplayParkedReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.SubscriptionInfo;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.UpdateReq;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import dev.foldline.eventstoredb.connection.WireNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/** A group as the messages of the protocol, in which nearly everything is there twice. */
final class GroupRequests {

  /** How servers put that a group begins at the end, wherever that is. */
  static final long END = -1;

  /** How many events the server keeps in memory to fill the consumers' buffers. */
  private static final int BUFFER = 5_000;

  /** How many it reads at a time. */
  private static final int READ_BATCH = 500;

  /** When it keeps how far a group is: as the official client has it. */
  private static final int CHECKPOINT_AFTER_MS = 2_000;

  private static final int MIN_CHECKPOINT = 10;
  private static final int MAX_CHECKPOINT = 1_000;

  private static final Empty EMPTY = Empty.getDefaultInstance();

  private GroupRequests() {}

  /**
   * @param start the revision or position that it begins with
   */
  static CreateReq create(Group group, long start) {
    CreateReq.Options.Builder options =
        CreateReq.Options.newBuilder()
            .setGroupName(group.name())
            .setSettings(
                CreateReq.Settings.newBuilder()
                    .setResolveLinks(group.resolveLinks())
                    .setConsumerStrategy(group.strategy().wireName())
                    .setMessageTimeoutMs(Math.toIntExact(group.messageTimeout().toMillis()))
                    .setMaxRetryCount(group.maxRetries())
                    .setCheckpointAfterMs(CHECKPOINT_AFTER_MS)
                    .setMinCheckpointCount(MIN_CHECKPOINT)
                    .setMaxCheckpointCount(MAX_CHECKPOINT)
                    .setReadBatchSize(READ_BATCH)
                    .setHistoryBufferSize(BUFFER)
                    .setLiveBufferSize(BUFFER));
    if (group.stream() == null) {
      options.setAll(all(group, start));
    } else {
      options.setStream(
          CreateReq.StreamOptions.newBuilder()
              .setStreamIdentifier(WireNames.of(group.stream()))
              .setRevision(start));
    }
    return CreateReq.newBuilder().setOptions(options).build();
  }

  private static CreateReq.AllOptions.Builder all(Group group, long start) {
    CreateReq.AllOptions.Builder all =
        CreateReq.AllOptions.newBuilder()
            .setPosition(
                CreateReq.Position.newBuilder().setCommitPosition(start).setPreparePosition(start));
    return group.filter() == null
        ? all.setNoFilter(EMPTY)
        : all.setFilter(
            CreateReq.AllOptions.FilterOptions.newBuilder()
                .setStreamIdentifier(
                    CreateReq.AllOptions.FilterOptions.Expression.newBuilder()
                        .setRegex(group.filter()))
                .setCount(EMPTY)
                .setCheckpointIntervalMultiplier(1));
  }

  /**
   * @param start the revision or position that it begins with, unless a server has kept since how
   *     far it is
   */
  static UpdateReq update(Group group, long start) {
    UpdateReq.Options.Builder options =
        UpdateReq.Options.newBuilder()
            .setGroupName(group.name())
            .setSettings(
                UpdateReq.Settings.newBuilder()
                    .setResolveLinks(group.resolveLinks())
                    .setNamedConsumerStrategy(
                        UpdateReq.ConsumerStrategy.valueOf(group.strategy().wireName()))
                    .setMessageTimeoutMs(Math.toIntExact(group.messageTimeout().toMillis()))
                    .setMaxRetryCount(group.maxRetries())
                    .setCheckpointAfterMs(CHECKPOINT_AFTER_MS)
                    .setMinCheckpointCount(MIN_CHECKPOINT)
                    .setMaxCheckpointCount(MAX_CHECKPOINT)
                    .setReadBatchSize(READ_BATCH)
                    .setHistoryBufferSize(BUFFER)
                    .setLiveBufferSize(BUFFER));
    if (group.stream() == null) {
      options.setAll(
          UpdateReq.AllOptions.newBuilder()
              .setPosition(
                  UpdateReq.Position.newBuilder()
                      .setCommitPosition(start)
                      .setPreparePosition(start)));
    } else {
      options.setStream(
          UpdateReq.StreamOptions.newBuilder()
              .setStreamIdentifier(WireNames.of(group.stream()))
              .setRevision(start));
    }
    return UpdateReq.newBuilder().setOptions(options).build();
  }

  static GetInfoReq info(Group group) {
    GetInfoReq.Options.Builder options = GetInfoReq.Options.newBuilder().setGroupName(group.name());
    return GetInfoReq.newBuilder()
        .setOptions(
            group.stream() == null
                ? options.setAll(EMPTY)
                : options.setStreamIdentifier(WireNames.of(group.stream())))
        .build();
  }

  /** The first message of a call that reads a group. */
  static ReadReq read(Group group) {
    ReadReq.Options.Builder options =
        ReadReq.Options.newBuilder()
            .setGroupName(group.name())
            .setBufferSize(group.bufferSize())
            .setUuidOption(ReadReq.Options.UUIDOption.newBuilder().setStructured(EMPTY));
    return ReadReq.newBuilder()
        .setOptions(
            group.stream() == null
                ? options.setAll(EMPTY)
                : options.setStreamIdentifier(WireNames.of(group.stream())))
        .build();
  }

  static ReadReq ack(List<UUID> ids) {
    ReadReq.Ack.Builder ack = ReadReq.Ack.newBuilder();
    ids.forEach(id -> ack.addIds(WireNames.of(id)));
    return ReadReq.newBuilder().setAck(ack).build();
  }

  static ReadReq nack(Source.Nack action, String reason, UUID id) {
    return ReadReq.newBuilder()
        .setNack(
            ReadReq.Nack.newBuilder()
                .addIds(WireNames.of(id))
                .setReason(reason)
                .setAction(
                    switch (action) {
                      case PARK -> ReadReq.Nack.Action.Park;
                      case RETRY -> ReadReq.Nack.Action.Retry;
                      case SKIP -> ReadReq.Nack.Action.Skip;
                    }))
        .build();
  }

  /**
   * @param group on all streams
   * @param before the number of the first parked event to leave; empty for none
   */
  static ReplayParkedReq replay(String group, OptionalLong before) {
    ReplayParkedReq.Options.Builder options =
        ReplayParkedReq.Options.newBuilder().setGroupName(group).setAll(EMPTY);
    return ReplayParkedReq.newBuilder()
        .setOptions(
            before.isPresent() ? options.setStopAt(before.getAsLong()) : options.setNoLimit(EMPTY))
        .build();
  }

  /**
   * A place as a group's info tells it: a revision, or a position of all streams as in {@code
   * C:12/P:12}; empty where there is none.
   */
  static OptionalLong place(String told) {
    if (told.isEmpty()) {
      return OptionalLong.empty();
    }
    String number = told.startsWith("C:") ? told.substring(2, told.indexOf('/')) : told;
    return OptionalLong.of(Long.parseLong(number));
  }

  /**
   * What of a group is otherwise in the server: by name of the setting, both values.
   *
   * @param start where it begins there: a revision, or a position of all streams
   * @param begun whether the server has kept since how far it is, so that its start is history
   */
  static Map<String, String> differences(
      Group group, SubscriptionInfo there, long start, boolean begun) {
    Map<String, String> differences = new LinkedHashMap<>();
    if (group.fromStart() && start != 0) {
      differences.put("from", (start == END ? "end" : start) + " instead of start");
    } else if (!group.fromStart() && start == 0 && group.stream() == null) {
      differences.put("from", "start instead of end");
    } else if (!group.fromStart() && start == END && !begun) {
      differences.put("from", "end, wherever that is when the server starts, instead of end");
    }
    compare(differences, "resolve-links", group.resolveLinks(), there.getResolveLinkTos());
    compare(
        differences,
        "consumer-strategy",
        group.strategy().wireName(),
        there.getNamedConsumerStrategy());
    compare(
        differences,
        "message-timeout",
        group.messageTimeout().toMillis(),
        (long) there.getMessageTimeoutMilliseconds());
    compare(differences, "max-retries", group.maxRetries(), there.getMaxRetryCount());
    return differences;
  }

  private static <T> void compare(
      Map<String, String> differences, String setting, T configured, T there) {
    if (!configured.equals(there)) {
      differences.put(setting, there + " instead of " + configured);
    }
  }
}
