package dev.foldline.messaging;

import dev.foldline.core.Namespace;
import dev.foldline.core.Positions;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.health.HealthReport;
import io.smallrye.reactive.messaging.providers.impl.ConcurrencyConnectorConfig;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Instance;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.eclipse.microprofile.reactive.messaging.Message;

/** The incoming channels of an application, each made when it is first asked for. */
final class IncomingChannels {

  private final Vertx vertx;
  private final Stores stores;
  private final Instance<FailureStrategy.Factory> strategies;
  private final Instance<Positions> positions;
  private final Instance<EventCodec> codec;
  private final Namespace namespace;
  private final ChannelStart start;
  private final Map<String, IncomingChannel> channels = new ConcurrentHashMap<>();

  IncomingChannels(
      Vertx vertx,
      Stores stores,
      Instance<FailureStrategy.Factory> strategies,
      Instance<Positions> positions,
      Instance<EventCodec> codec,
      Instance<Namespace> namespace,
      Instance<ChannelStart> start) {
    this.vertx = vertx;
    this.stores = stores;
    this.strategies = strategies;
    this.positions = positions;
    this.codec = codec;
    this.namespace = namespace.isResolvable() ? namespace.get() : Namespace.NONE;
    this.start = start.isResolvable() ? start.get() : ChannelStart.AT_ONCE;
  }

  /**
   * A consumer's access to a channel. Those that SmallRye makes of one with a concurrency share its
   * subscription, so that a stream keeps its order.
   */
  Multi<Message<?>> port(EventStoreConnectorIncomingConfiguration settings) {
    String channel =
        ConcurrencyConnectorConfig.stripChannelNameOfSeparator(settings.getChannel() + "$");
    return channels
        .computeIfAbsent(channel, _ -> make(channel, settings))
        .port()
        .map(message -> Undecoded.of(channel, message));
  }

  private IncomingChannel make(String channel, EventStoreConnectorIncomingConfiguration settings) {
    Attributes.check(channel, settings.config(), settings.getFailureStrategy() + ".");
    return new IncomingChannel(
        channel,
        settings,
        vertx,
        Sources.of(
            channel,
            settings,
            stores.of(settings.getConnectionString().orElse(""), settings.getTimeout()),
            namespace,
            () -> positions(channel)),
        events(settings),
        strategy(channel, settings),
        start);
  }

  /** Which stored events are handed out, by their names. */
  private Predicate<String> events(EventStoreConnectorIncomingConfiguration settings) {
    Set<String> names =
        settings.getEvents().stream()
            .flatMap(all -> Arrays.stream(all.split(",", -1)))
            .map(String::strip)
            .flatMap(name -> versions(name).stream())
            .collect(Collectors.toSet());
    return names.isEmpty() ? _ -> true : names::contains;
  }

  private Set<String> versions(String name) {
    return codec.isResolvable() ? codec.get().versions(name) : Set.of(name);
  }

  private FailureStrategy strategy(
      String channel, EventStoreConnectorIncomingConfiguration settings) {
    Instance<FailureStrategy.Factory> named =
        strategies.select(Identifier.Literal.of(settings.getFailureStrategy()));
    if (!named.isResolvable()) {
      throw new IllegalArgumentException(
          channel
              + ": the attribute failure-strategy is park, retry, skip, fail, ignore, or the"
              + " @Identifier of one FailureStrategy.Factory bean, not "
              + settings.getFailureStrategy());
    }
    return named.get().create(channel, settings.config());
  }

  private Positions positions(String channel) {
    if (!positions.isResolvable()) {
      throw new IllegalArgumentException(
          channel
              + ": subscription=catch-up needs a Positions bean, such as that of foldline-redis");
    }
    return positions.get();
  }

  /** How their subscriptions are, by name of the channel. */
  Map<String, SubscriptionHealth> health() {
    return channels.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, channel -> channel.getValue().health()));
  }

  void report(HealthReport.HealthReportBuilder report, Predicate<SubscriptionHealth> healthy) {
    channels.values().forEach(channel -> channel.report(report, healthy));
  }

  void reportLiveness(HealthReport.HealthReportBuilder report) {
    channels.values().forEach(channel -> channel.reportLiveness(report));
  }

  /** Each completes when a channel's events in hand are settled. */
  List<Uni<Void>> stop() {
    List<IncomingChannel> running = List.copyOf(channels.values());
    channels.clear();
    return running.stream().map(IncomingChannel::stop).toList();
  }
}
