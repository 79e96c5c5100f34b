package dev.foldline.eventstoredb.connector;

import com.eventstore.dbclient.CreatePersistentSubscriptionToAllOptions;
import com.eventstore.dbclient.CreatePersistentSubscriptionToStreamOptions;
import com.eventstore.dbclient.PersistentSubscriptionSettings;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.StreamPosition;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.UpdatePersistentSubscriptionToAllOptions;
import com.eventstore.dbclient.UpdatePersistentSubscriptionToStreamOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A group in the terms of the official client, whose four kinds of options have no type in common
 * that is public.
 */
final class GroupOptions {

  /** How many events the server keeps in memory to fill the consumers' buffers. */
  private static final int BUFFER = 5_000;

  /** How many it reads at a time. */
  private static final int READ_BATCH = 500;

  /** How servers put the start, of a stream and of all streams. */
  private static final Set<Object> FIRST = Set.of(0L, new Position(0, 0));

  private GroupOptions() {}

  static CreatePersistentSubscriptionToAllOptions createToAll(Group group) {
    var options = CreatePersistentSubscriptionToAllOptions.get();
    if (group.filter() != null) {
      options.filter(
          SubscriptionFilter.newBuilder().withStreamNameRegularExpression(group.filter()).build());
    }
    if (group.fromStart()) {
      options.fromStart();
    } else {
      options.fromEnd();
    }
    options.resolveLinkTos(group.resolveLinks());
    options.namedConsumerStrategy(group.strategy());
    options.messageTimeout(group.messageTimeout());
    options.maxRetryCount(group.maxRetries());
    options.readBatchSize(READ_BATCH);
    options.historyBufferSize(BUFFER);
    options.liveBufferSize(BUFFER);
    return options;
  }

  static CreatePersistentSubscriptionToStreamOptions createToStream(Group group) {
    var options = CreatePersistentSubscriptionToStreamOptions.get();
    if (group.fromStart()) {
      options.fromStart();
    } else {
      options.fromEnd();
    }
    options.resolveLinkTos(group.resolveLinks());
    options.namedConsumerStrategy(group.strategy());
    options.messageTimeout(group.messageTimeout());
    options.maxRetryCount(group.maxRetries());
    options.readBatchSize(READ_BATCH);
    options.historyBufferSize(BUFFER);
    options.liveBufferSize(BUFFER);
    return options;
  }

  static UpdatePersistentSubscriptionToAllOptions updateToAll(Group group) {
    var options = UpdatePersistentSubscriptionToAllOptions.get();
    if (group.fromStart()) {
      options.fromStart();
    } else {
      options.fromEnd();
    }
    options.resolveLinkTos(group.resolveLinks());
    options.namedConsumerStrategy(group.strategy());
    options.messageTimeout(group.messageTimeout());
    options.maxRetryCount(group.maxRetries());
    options.readBatchSize(READ_BATCH);
    options.historyBufferSize(BUFFER);
    options.liveBufferSize(BUFFER);
    return options;
  }

  static UpdatePersistentSubscriptionToStreamOptions updateToStream(Group group) {
    var options = UpdatePersistentSubscriptionToStreamOptions.get();
    if (group.fromStart()) {
      options.fromStart();
    } else {
      options.fromEnd();
    }
    options.resolveLinkTos(group.resolveLinks());
    options.namedConsumerStrategy(group.strategy());
    options.messageTimeout(group.messageTimeout());
    options.maxRetryCount(group.maxRetries());
    options.readBatchSize(READ_BATCH);
    options.historyBufferSize(BUFFER);
    options.liveBufferSize(BUFFER);
    return options;
  }

  /** What of a group is otherwise in the server: by name of the setting, both values. */
  static Map<String, String> differences(
      Group group, PersistentSubscriptionSettings there, StreamPosition<?> start) {
    Map<String, String> differences = new LinkedHashMap<>();
    compare(differences, "from", group.fromStart() ? "start" : "end", from(start));
    compare(differences, "resolve-links", group.resolveLinks(), there.shouldResolveLinkTos());
    compare(
        differences,
        "consumer-strategy",
        group.strategy().toString(),
        there.getNamedConsumerStrategy().toString());
    compare(
        differences,
        "message-timeout",
        group.messageTimeout().toMillis(),
        (long) there.getMessageTimeoutMs());
    compare(differences, "max-retries", group.maxRetries(), there.getMaxRetryCount());
    return differences;
  }

  private static String from(StreamPosition<?> start) {
    if (start.isEnd()) {
      return "end";
    }
    return start.getPosition().filter(position -> !FIRST.contains(position)).isPresent()
        ? String.valueOf(start.getPositionOrThrow())
        : "start";
  }

  private static <T> void compare(
      Map<String, String> differences, String setting, T configured, T there) {
    if (!configured.equals(there)) {
      differences.put(setting, there + " instead of " + configured);
    }
  }
}
