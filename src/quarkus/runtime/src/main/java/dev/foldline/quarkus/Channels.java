package dev.foldline.quarkus;

import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import dev.foldline.messaging.ChannelStart;
import dev.foldline.messaging.EventStoreConnector;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

/** The connector's channels: measured from the start, and stopped while Redis can be reached. */
@Singleton
class Channels {

  private final EventStoreConnector connector;

  Channels(@Any EventStoreConnector connector) {
    this.connector = connector;
  }

  @Produces
  @Singleton
  @DefaultBean
  static ChannelStart start(BackgroundStart background) {
    return background::time;
  }

  /** Once the channels are there. */
  void measure(
      @Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) StartupEvent event,
      MeterRegistry registry) {
    connector.subscriptions().forEach((channel, health) -> measure(channel, health, registry));
  }

  void stop(@Observes ShutdownEvent event) {
    connector.stop();
  }

  private static void measure(String channel, SubscriptionHealth health, MeterRegistry registry) {
    Tags tags = Tags.of("channel", channel);
    Gauge.builder("foldline.channel.up", health, h -> h.isSubscribed() ? 1 : 0)
        .description("Whether the subscription is open")
        .tags(tags)
        .register(registry);
    FunctionCounter.builder("foldline.channel.losses", health, SubscriptionHealth::losses)
        .description("Times that the subscription was lost")
        .tags(tags)
        .register(registry);
    Gauge.builder("foldline.channel.hung", health, SubscriptionHealth::hung)
        .description("Events that the consumer does not come back from")
        .tags(tags)
        .register(registry);
    Gauge.builder("foldline.channel.lag", health, h -> h.lag().toMillis() / 1e3)
        .description("Age of the oldest event that waits, or how long there is no subscription")
        .baseUnit("seconds")
        .tags(tags)
        .register(registry);
    Gauge.builder("foldline.channel.lag.events", health, SubscriptionHealth::backlog)
        .description("Events that wait for the channel")
        .tags(tags)
        .register(registry);
    Gauge.builder("foldline.channel.parked", health, SubscriptionHealth::parked)
        .description("Events that are parked")
        .tags(tags)
        .register(registry);
  }
}
