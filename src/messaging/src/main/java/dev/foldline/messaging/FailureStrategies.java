package dev.foldline.messaging;

import dev.foldline.eventstoredb.subscriptions.Delivery;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The strategies that the connector brings. */
@ApplicationScoped
class FailureStrategies {

  private static final Logger LOG = Logger.getLogger(FailureStrategies.class);

  /** Sets it aside, where a person finds it. The default. */
  @Produces
  @Identifier("park")
  FailureStrategy.Factory park() {
    return (channel, _) ->
        (delivery, reason) -> {
          LOG.errorf(reason, "%s: %s is parked", channel, name(delivery));
          delivery.park(reason.toString());
          return Uni.createFrom().voidItem();
        };
  }

  /** Has it processed again after a while, a number of times; then it is parked. */
  @Produces
  @Identifier("retry")
  FailureStrategy.Factory retry() {
    return (channel, config) -> {
      var settings = new EventStoreConnectorIncomingConfiguration(config);
      FailureStrategy parking = park().create(channel, config);
      return (delivery, reason) -> {
        int attempt = delivery.attempts();
        if (attempt > settings.getRetryAttempts()) {
          return parking.handle(delivery, reason);
        }
        long delay =
            Math.min(
                (long) settings.getRetryBackoff() << Math.min(attempt - 1, 20),
                settings.getRetryMaxBackoff());
        LOG.warnf("%s: %s failed (%s); again in %d ms", channel, name(delivery), reason, delay);
        return Uni.createFrom()
            .voidItem()
            .onItem()
            .delayIt()
            .by(Duration.ofMillis(delay))
            .invoke(delivery::putBack);
      };
    };
  }

  /** Passes it over, and says so in the log. */
  @Produces
  @Identifier("skip")
  FailureStrategy.Factory skip() {
    return (channel, _) ->
        (delivery, reason) -> {
          LOG.warnf(reason, "%s: %s is skipped", channel, name(delivery));
          delivery.skip(reason.toString());
          return Uni.createFrom().voidItem();
        };
  }

  /**
   * Ends the channel, for a person to look at. The event is not settled: it stays in the
   * subscription, and no later one of its stream is handed out.
   */
  @Produces
  @Identifier("fail")
  FailureStrategy.Factory fail() {
    return (channel, _) ->
        (delivery, reason) -> {
          LOG.errorf(reason, "%s: %s ends the channel", channel, name(delivery));
          return Uni.createFrom().failure(reason);
        };
  }

  /** Takes it for processed. */
  @Produces
  @Identifier("ignore")
  FailureStrategy.Factory ignore() {
    return (_, _) ->
        (delivery, _) -> {
          delivery.ack();
          return Uni.createFrom().voidItem();
        };
  }

  private static String name(Delivery delivery) {
    return "event " + delivery.event().revision() + " of " + delivery.event().stream();
  }
}
