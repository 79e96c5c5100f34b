package dev.foldline.messaging;

import dev.foldline.core.Namespace;
import dev.foldline.core.Positions;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.subscriptions.CatchUp;
import dev.foldline.eventstoredb.subscriptions.CatchUpSource;
import dev.foldline.eventstoredb.subscriptions.Group;
import dev.foldline.eventstoredb.subscriptions.PersistentSource;
import dev.foldline.eventstoredb.subscriptions.Source;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the source of an incoming channel, as its attributes want it. */
final class Sources {

  private final String channel;
  private final EventStoreConnectorIncomingConfiguration settings;
  private final Namespace namespace;

  private Sources(
      String channel, EventStoreConnectorIncomingConfiguration settings, Namespace namespace) {
    this.channel = channel;
    this.settings = settings;
    this.namespace = namespace;
  }

  /**
   * The source of a channel.
   *
   * @param namespace in which its group's name is
   * @param positions asked for only if the application has to keep the position
   * @throws IllegalArgumentException naming the attribute that is wrong
   */
  static Source of(
      String channel,
      EventStoreConnectorIncomingConfiguration settings,
      EventStore store,
      Namespace namespace,
      Supplier<Positions> positions) {
    Sources sources = new Sources(channel, settings, namespace);
    sources.atLeastOne("max-concurrency", settings.getMaxConcurrency());
    sources.atLeastOne("batch-size", settings.getBatchSize());
    return switch (settings.getSubscription()) {
      case "persistent" ->
          new PersistentSource(store, sources.group(), settings.getUpdateGroup(), true);
      case "catch-up" -> new CatchUpSource(store, positions.get(), sources.catchUp());
      default ->
          throw sources.wrong("subscription", settings.getSubscription(), "persistent or catch-up");
    };
  }

  private Group group() {
    return new Group(
        namespace.of(settings.getGroup().orElse(channel)),
        stream(),
        filter(),
        Group.From.start(fromStart()),
        settings.getResolveLinks(),
        consumerStrategy(),
        Duration.ofMillis(atLeastOne("message-timeout", settings.getMessageTimeout())),
        settings.getMaxRetries(),
        atLeastOne("buffer-size", settings.getBufferSize()));
  }

  private CatchUp catchUp() {
    return new CatchUp(
        namespace.of(settings.getGroup().orElse(channel)),
        stream(),
        filter(),
        fromStart(),
        settings.getResolveLinks(),
        settings.getMaxRetries(),
        atLeastOne("buffer-size", settings.getBufferSize()),
        atLeastOne("position-save-count", settings.getPositionSaveCount()),
        Duration.ofMillis(
            atLeastOne("position-save-interval", settings.getPositionSaveInterval())));
  }

  private @Nullable String stream() {
    Optional<String> filter = settings.getFilter().or(settings::getCategory);
    if (settings.getStream().isPresent() == filter.isPresent()) {
      throw new IllegalArgumentException(
          channel
              + ": one of the attributes stream, category and filter is needed, and only one;"
              + " filter=.* takes all streams");
    }
    return settings.getStream().orElse(null);
  }

  private @Nullable String filter() {
    return settings
        .getFilter()
        .or(() -> settings.getCategory().map(Group::categoryFilter))
        .orElse(null);
  }

  private boolean fromStart() {
    return switch (settings.getFrom()) {
      case "start" -> true;
      case "end" -> false;
      default -> throw wrong("from", settings.getFrom(), "start or end");
    };
  }

  private Group.Strategy consumerStrategy() {
    return switch (settings.getConsumerStrategy()) {
      case "RoundRobin" -> Group.Strategy.ROUND_ROBIN;
      case "DispatchToSingle" -> Group.Strategy.DISPATCH_TO_SINGLE;
      case "Pinned" -> Group.Strategy.PINNED;
      default ->
          throw wrong(
              "consumer-strategy",
              settings.getConsumerStrategy(),
              "RoundRobin, DispatchToSingle or Pinned");
    };
  }

  private int atLeastOne(String attribute, int value) {
    if (value < 1) {
      throw wrong(attribute, String.valueOf(value), "1 or more");
    }
    return value;
  }

  private IllegalArgumentException wrong(String attribute, String value, String right) {
    return new IllegalArgumentException(
        channel + ": the attribute " + attribute + " is " + right + ", not " + value);
  }
}
