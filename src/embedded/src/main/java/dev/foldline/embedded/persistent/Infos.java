package dev.foldline.embedded.persistent;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.SubscriptionInfo;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** What GetInfo and List tell of a group. */
final class Infos {
  private Infos() {}

  static SubscriptionInfo of(
      GroupConfig config,
      ConsumerGroup group,
      List<Subscriber> subscribers,
      long parked,
      Instant now) {
    var key = config.key();
    var settings = config.settings();
    var info =
        SubscriptionInfo.newBuilder()
            .setEventSource(GroupKey.shown(key.stream()))
            .setGroupName(key.group())
            .setStatus(status(group))
            .setAveragePerSecond(group.throughput().averagePerSecond(now))
            .setTotalItems(group.throughput().total())
            .setCountSinceLastMeasurement(group.throughput().sinceLastTick())
            .setLastCheckpointedEventPosition(position(key, group.lastCheckpoint()))
            .setLastKnownEventPosition(position(key, group.lastKnown()))
            .setStartFrom(key.format(config.start().commit(), config.start().prepare()))
            .setResolveLinkTos(settings.resolveLinks())
            .setExtraStatistics(settings.extraStatistics())
            .setMessageTimeoutMilliseconds(settings.messageTimeoutMillis())
            .setMaxRetryCount(settings.maxRetryCount())
            .setLiveBufferSize(settings.liveBufferSize())
            .setBufferSize(settings.historyBufferSize())
            .setReadBatchSize(settings.readBatchSize())
            .setCheckPointAfterMilliseconds(settings.checkpointAfterMillis())
            .setMinCheckPointCount(settings.minCheckpointCount())
            .setMaxCheckPointCount(settings.maxCheckpointCount())
            .setReadBufferCount(group.isLive() ? 0 : group.buffered())
            .setLiveBufferCount(group.isLive() ? group.buffered() : 0)
            .setRetryBufferCount(group.retrying())
            .setTotalInFlightMessages(group.inFlight())
            .setOutstandingMessagesCount(group.inFlight())
            .setNamedConsumerStrategy(settings.strategy().wireName())
            .setMaxSubscriberCount(settings.maxSubscriberCount())
            .setParkedMessageCount(parked);
    for (var subscriber : subscribers) {
      info.addConnections(connection(subscriber, settings.extraStatistics(), now));
    }
    return info.build();
  }

  private static String status(ConsumerGroup group) {
    var status = group.isLive() ? "Live" : "Behind";
    return group.isReading() ? status + ", OutstandingPageRequest" : status;
  }

  private static String position(GroupKey key, OptionalLong position) {
    return position.isEmpty() ? "" : key.format(position.getAsLong(), position.getAsLong());
  }

  private static SubscriptionInfo.ConnectionInfo connection(
      Subscriber subscriber, boolean measured, Instant now) {
    var consumer = subscriber.consumer();
    var info =
        SubscriptionInfo.ConnectionInfo.newBuilder()
            .setUsername(subscriber.user())
            .setConnectionName(subscriber.connectionName())
            .setAverageItemsPerSecond(consumer.throughput().averagePerSecond(now))
            .setTotalItems(consumer.throughput().total())
            .setCountSinceLastMeasurement(consumer.throughput().sinceLastTick())
            .setAvailableSlots(consumer.freeSlots())
            .setInFlightMessages(consumer.inFlight());
    if (measured) {
      consumer
          .latencies()
          .measurements()
          .forEach(
              (key, value) -> info.addObservedMeasurementsBuilder().setKey(key).setValue(value));
    }
    return info.build();
  }
}
