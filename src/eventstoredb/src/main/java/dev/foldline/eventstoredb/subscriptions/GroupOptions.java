package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.CreatePersistentSubscriptionToAllOptions;
import com.eventstore.dbclient.CreatePersistentSubscriptionToStreamOptions;
import com.eventstore.dbclient.PersistentSubscriptionSettings;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.UpdatePersistentSubscriptionToAllOptions;
import com.eventstore.dbclient.UpdatePersistentSubscriptionToStreamOptions;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A group in the terms of the official client, whose four kinds of options have no type in common
 * that is public.
 */
final class GroupOptions {

  /** How many events the server keeps in memory to fill the consumers' buffers. */
  private static final int BUFFER = 5_000;

  /** How many it reads at a time. */
  private static final int READ_BATCH = 500;

  /** How servers put that a group begins at the end, wherever that is. */
  static final long END = -1;

  private GroupOptions() {}

  static CreatePersistentSubscriptionToAllOptions createToAll(Group group, long start) {
    var options = CreatePersistentSubscriptionToAllOptions.get();
    if (group.filter() != null) {
      options.filter(
          SubscriptionFilter.newBuilder().withStreamNameRegularExpression(group.filter()).build());
    }
    options.startFrom(start, start);
    options.resolveLinkTos(group.resolveLinks());
    options.namedConsumerStrategy(group.strategy().named());
    options.messageTimeout(group.messageTimeout());
    options.maxRetryCount(group.maxRetries());
    options.readBatchSize(READ_BATCH);
    options.historyBufferSize(BUFFER);
    options.liveBufferSize(BUFFER);
    return options;
  }

  static CreatePersistentSubscriptionToStreamOptions createToStream(Group group, long start) {
    var options = CreatePersistentSubscriptionToStreamOptions.get();
    options.startFrom(start);
    options.resolveLinkTos(group.resolveLinks());
    options.namedConsumerStrategy(group.strategy().named());
    options.messageTimeout(group.messageTimeout());
    options.maxRetryCount(group.maxRetries());
    options.readBatchSize(READ_BATCH);
    options.historyBufferSize(BUFFER);
    options.liveBufferSize(BUFFER);
    return options;
  }

  static UpdatePersistentSubscriptionToAllOptions updateToAll(Group group, long start) {
    var options = UpdatePersistentSubscriptionToAllOptions.get();
    options.startFrom(start, start);
    options.resolveLinkTos(group.resolveLinks());
    options.namedConsumerStrategy(group.strategy().named());
    options.messageTimeout(group.messageTimeout());
    options.maxRetryCount(group.maxRetries());
    options.readBatchSize(READ_BATCH);
    options.historyBufferSize(BUFFER);
    options.liveBufferSize(BUFFER);
    return options;
  }

  static UpdatePersistentSubscriptionToStreamOptions updateToStream(Group group, long start) {
    var options = UpdatePersistentSubscriptionToStreamOptions.get();
    options.startFrom(start);
    options.resolveLinkTos(group.resolveLinks());
    options.namedConsumerStrategy(group.strategy().named());
    options.messageTimeout(group.messageTimeout());
    options.maxRetryCount(group.maxRetries());
    options.readBatchSize(READ_BATCH);
    options.historyBufferSize(BUFFER);
    options.liveBufferSize(BUFFER);
    return options;
  }

  /**
   * What of a group is otherwise in the server: by name of the setting, both values.
   *
   * @param start where it begins there: a revision, or a position of all streams
   * @param begun whether the server has kept since how far it is, so that its start is history
   */
  static Map<String, String> differences(
      Group group, PersistentSubscriptionSettings there, long start, boolean begun) {
    Map<String, String> differences = new LinkedHashMap<>();
    if (group.fromStart() && start != 0) {
      differences.put("from", (start == END ? "end" : start) + " instead of start");
    } else if (!group.fromStart() && start == 0 && group.stream() == null) {
      differences.put("from", "start instead of end");
    } else if (!group.fromStart() && start == END && !begun) {
      differences.put("from", "end, wherever that is when the server starts, instead of end");
    }
    compare(differences, "resolve-links", group.resolveLinks(), there.shouldResolveLinkTos());
    compare(
        differences,
        "consumer-strategy",
        group.strategy().named().toString(),
        there.getNamedConsumerStrategy().toString());
    compare(
        differences,
        "message-timeout",
        group.messageTimeout().toMillis(),
        (long) there.getMessageTimeoutMs());
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
