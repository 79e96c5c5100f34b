package dev.foldline.messaging;

import static io.smallrye.reactive.messaging.annotations.ConnectorAttribute.Direction.INCOMING;
import static io.smallrye.reactive.messaging.annotations.ConnectorAttribute.Direction.INCOMING_AND_OUTGOING;
import static io.smallrye.reactive.messaging.annotations.ConnectorAttribute.Direction.OUTGOING;

import dev.foldline.core.Namespace;
import dev.foldline.core.Positions;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.annotations.ConnectorAttribute;
import io.smallrye.reactive.messaging.connector.InboundConnector;
import io.smallrye.reactive.messaging.connector.OutboundConnector;
import io.smallrye.reactive.messaging.health.HealthReport;
import io.smallrye.reactive.messaging.health.HealthReporter;
import io.smallrye.reactive.messaging.providers.connectors.ExecutionHolder;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;

/**
 * The connector {@value #NAME}: channels from persistent and catch-up subscriptions, and channels
 * that append.
 *
 * <p>It uses the application's {@link EventStore} bean where there is one, else a connection of its
 * own to what the attribute {@code connection-string} says.
 */
@ApplicationScoped
@Connector(EventStoreConnector.NAME)
@ConnectorAttribute(
    name = "connection-string",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description = "Where the store is, where the application has no EventStore bean")
@ConnectorAttribute(
    name = "timeout",
    type = "int",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "10000",
    description = "How long one call of the store may take, in milliseconds")
@ConnectorAttribute(
    name = "health-enabled",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "true",
    description = "Whether the channel counts for health")
@ConnectorAttribute(
    name = "subscription",
    type = "string",
    direction = INCOMING,
    defaultValue = "persistent",
    description =
        "Who keeps account of the events: the server, for all instances together (persistent), or"
            + " the application's Positions bean, for each name of a group (catch-up)")
@ConnectorAttribute(
    name = "group",
    type = "string",
    direction = INCOMING,
    description =
        "The persistent subscription group, or the name under which a catch-up subscription keeps"
            + " its position, behind the application's Namespace where it has one; the channel's name"
            + " if not set")
@ConnectorAttribute(
    name = "position-save-count",
    type = "int",
    direction = INCOMING,
    defaultValue = "1000",
    description = "After how many events a catch-up subscription saves its position")
@ConnectorAttribute(
    name = "position-save-interval",
    type = "int",
    direction = INCOMING,
    defaultValue = "1000",
    description = "After how many milliseconds a catch-up subscription saves its position")
@ConnectorAttribute(
    name = "category",
    type = "string",
    direction = INCOMING,
    description = "Take all streams of this category: those named after it, a dash, and an id")
@ConnectorAttribute(
    name = "filter",
    type = "string",
    direction = INCOMING,
    description = "Take all streams whose names match this regular expression; anchor it")
@ConnectorAttribute(
    name = "stream",
    type = "string",
    direction = INCOMING,
    description = "Take this stream alone")
@ConnectorAttribute(
    name = "events",
    type = "string",
    direction = INCOMING,
    description =
        "Hand out the events of these stored names alone, separated by commas, in every version of"
            + " theirs that the application's EventCodec knows; the others are acknowledged unseen")
@ConnectorAttribute(
    name = "from",
    type = "string",
    direction = INCOMING,
    defaultValue = "start",
    description =
        "Where a group begins that is created, or has no position yet: start or end. To change what"
            + " a catch-up subscription takes is to begin: with end, what was written meanwhile is"
            + " skipped")
@ConnectorAttribute(
    name = "resolve-links",
    type = "boolean",
    direction = INCOMING,
    defaultValue = "false",
    description = "Whether links are followed")
@ConnectorAttribute(
    name = "consumer-strategy",
    type = "string",
    direction = INCOMING,
    defaultValue = "RoundRobin",
    description = "How the server spreads a group's events: RoundRobin, DispatchToSingle or Pinned")
@ConnectorAttribute(
    name = "message-timeout",
    type = "int",
    direction = INCOMING,
    defaultValue = "30000",
    description = "After how many milliseconds the server delivers a group's unsettled event again")
@ConnectorAttribute(
    name = "max-retries",
    type = "int",
    direction = INCOMING,
    defaultValue = "10",
    description = "After how many redeliveries an event is parked")
@ConnectorAttribute(
    name = "update-group",
    type = "boolean",
    direction = INCOMING,
    defaultValue = "false",
    description =
        "Whether a group with other settings is updated; else, and always its filter, they are only"
            + " reported")
@ConnectorAttribute(
    name = "buffer-size",
    type = "int",
    direction = INCOMING,
    defaultValue = "500",
    description = "How many unsettled events the channel has at most")
@ConnectorAttribute(
    name = "max-concurrency",
    type = "int",
    direction = INCOMING,
    defaultValue = "128",
    description = "How many messages are handed out at once; of one stream only one, in its order")
@ConnectorAttribute(
    name = "batch",
    type = "boolean",
    direction = INCOMING,
    defaultValue = "false",
    description = "Whether messages carry lists of events, those of a stream together")
@ConnectorAttribute(
    name = "batch-size",
    type = "int",
    direction = INCOMING,
    defaultValue = "100",
    description = "How many events a batch has at most")
@ConnectorAttribute(
    name = "broadcast",
    type = "boolean",
    direction = INCOMING,
    defaultValue = "false",
    description = "Whether many consumers get each message; who settles it first settles it")
@ConnectorAttribute(
    name = "failure-strategy",
    type = "string",
    direction = INCOMING,
    defaultValue = "park",
    description =
        "What becomes of an event that was not processed: park, retry, skip, fail, ignore, or the"
            + " identifier of a FailureStrategy.Factory bean")
@ConnectorAttribute(
    name = "retry-attempts",
    type = "int",
    direction = INCOMING,
    defaultValue = "5",
    description = "How often the strategy retry tries again before it parks")
@ConnectorAttribute(
    name = "retry-backoff",
    type = "int",
    direction = INCOMING,
    defaultValue = "100",
    description =
        "How long the strategy retry waits first, in milliseconds; twice as long each time")
@ConnectorAttribute(
    name = "retry-max-backoff",
    type = "int",
    direction = INCOMING,
    defaultValue = "5000",
    description = "How long the strategy retry waits at most, in milliseconds")
@ConnectorAttribute(
    name = "settle-timeout",
    type = "int",
    direction = INCOMING,
    defaultValue = "60000",
    description = "After how many milliseconds an event that its handler did not settle has failed")
@ConnectorAttribute(
    name = "stop-timeout",
    type = "int",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "5000",
    description = "How long to wait for what is in hand at shutdown, in milliseconds")
@ConnectorAttribute(
    name = "cloud-events",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "false",
    description = "Whether messages carry CloudEvents attributes")
@ConnectorAttribute(
    name = "tracing-enabled",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "true",
    description =
        "Whether traces go on through events, whose metadata name them as traceparent; a batch has"
            + " no trace")
@ConnectorAttribute(
    name = "append-to",
    type = "string",
    direction = OUTGOING,
    description = "The stream to append to, where a message does not say")
@ConnectorAttribute(
    name = "event-type",
    type = "string",
    direction = OUTGOING,
    description = "The type of event, where a message does not say")
@ConnectorAttribute(
    name = "delivery-timeout",
    type = "int",
    direction = OUTGOING,
    defaultValue = "30000",
    description =
        "For how many milliseconds a message is tried to be appended while the store is away or does"
            + " not answer")
@ConnectorAttribute(
    name = "max-inflight-messages",
    type = "int",
    direction = OUTGOING,
    defaultValue = "128",
    description = "How many messages are appended at once; of one stream only one, in order")
public class EventStoreConnector implements InboundConnector, OutboundConnector, HealthReporter {

  /** What configuration calls it. */
  public static final String NAME = "foldline-eventstoredb";

  private final Stores stores;
  private final IncomingChannels incoming;
  private final List<OutgoingChannel> outgoing = new CopyOnWriteArrayList<>();

  @Inject
  EventStoreConnector(
      ExecutionHolder execution,
      Instance<EventStore> bean,
      @Any Instance<FailureStrategy.Factory> strategies,
      Instance<Positions> positions,
      Instance<EventCodec> codec,
      Instance<Namespace> namespace,
      Instance<ChannelStart> start) {
    Vertx vertx = execution.vertx().getDelegate();
    this.stores = new Stores(bean, vertx);
    this.incoming =
        new IncomingChannels(vertx, stores, strategies, positions, codec, namespace, start);
  }

  @Override
  public Flow.Publisher<? extends Message<?>> getPublisher(Config config) {
    var settings = new EventStoreConnectorIncomingConfiguration(config);
    Multi<Message<?>> port = incoming.port(settings);
    return settings.getBroadcast() ? port.broadcast().toAllSubscribers() : port;
  }

  @Override
  public Flow.Subscriber<? extends Message<?>> getSubscriber(Config config) {
    var settings = new EventStoreConnectorOutgoingConfiguration(config);
    Attributes.check(settings.getChannel(), config, "");
    EventStore store = stores.of(settings.getConnectionString().orElse(""), settings.getTimeout());
    OutgoingChannel channel = new OutgoingChannel(settings, store);
    outgoing.add(channel);
    return channel.subscriber();
  }

  /** How the subscriptions of the incoming channels are, by name of the channel. */
  public Map<String, SubscriptionHealth> subscriptions() {
    return incoming.health();
  }

  @Override
  public HealthReport getStartup() {
    return health(SubscriptionHealth::wasSubscribed);
  }

  @Override
  public HealthReport getReadiness() {
    return health(SubscriptionHealth::isSubscribed);
  }

  private HealthReport health(Predicate<SubscriptionHealth> healthy) {
    HealthReport.HealthReportBuilder report = HealthReport.builder();
    incoming.report(report, healthy);
    return report.build();
  }

  @Override
  public HealthReport getLiveness() {
    HealthReport.HealthReportBuilder report = HealthReport.builder();
    incoming.reportLiveness(report);
    outgoing.forEach(channel -> channel.reportLiveness(report));
    return report.build();
  }

  /** Before Vert.x is closed, and with it every way to settle what is in hand. */
  void close(
      @Observes(notifyObserver = Reception.IF_EXISTS)
          @Priority(50)
          @BeforeDestroyed(ApplicationScoped.class)
          Object shutdown) {
    stop();
    stores.close();
  }

  /**
   * Takes no more events, and returns when those in hand are settled, and what they led to is
   * appended, or their channels' {@code stop-timeout} is over. It is called when the application
   * ends, and may be called before.
   */
  public void stop() {
    await(incoming.stop());
    await(outgoing.stream().map(OutgoingChannel::stop).toList());
  }

  private static void await(List<Uni<Void>> stops) {
    if (!stops.isEmpty()) {
      Uni.join().all(stops).andCollectFailures().await().atMost(Duration.ofMinutes(1));
    }
  }
}
