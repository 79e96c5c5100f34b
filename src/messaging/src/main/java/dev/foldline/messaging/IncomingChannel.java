package dev.foldline.messaging;

import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.subscriptions.Delivery;
import dev.foldline.eventstoredb.subscriptions.Source;
import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import dev.foldline.eventstoredb.subscriptions.SubscriptionTiming;
import dev.foldline.eventstoredb.subscriptions.SupervisedSubscription;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.health.HealthReport;
import io.smallrye.reactive.messaging.providers.ProcessingException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/**
 * A channel from a subscription.
 *
 * <p>Events are handed out as the consumer asks for them, so that a slow one is felt by the server.
 */
final class IncomingChannel {

  private final String name;
  private final boolean healthEnabled;
  private final int maxConcurrency;
  private final int batchSize;
  private final Duration stopTimeout;
  private final Duration strategyTimeout;
  private final Context context;
  private final SupervisedSubscription subscription;
  private final Predicate<String> events;
  private final FailureStrategy strategy;
  private final ChannelStart start;
  private final IncomingMessages messages;
  private final List<Port> ports = new CopyOnWriteArrayList<>();
  private volatile @Nullable Throwable failure;
  private volatile boolean stopped;

  /**
   * @param events which events are handed out, by their stored names
   */
  IncomingChannel(
      String name,
      EventStoreConnectorIncomingConfiguration settings,
      Vertx vertx,
      Source source,
      Predicate<String> events,
      FailureStrategy strategy,
      ChannelStart start) {
    this.name = name;
    this.healthEnabled = settings.getHealthEnabled();
    this.maxConcurrency = settings.getMaxConcurrency();
    this.batchSize = settings.getBatch() ? settings.getBatchSize() : 1;
    this.stopTimeout = Duration.ofMillis(settings.getStopTimeout());
    Duration settleTimeout = Duration.ofMillis(settings.getSettleTimeout());
    this.strategyTimeout = settleTimeout.plusMillis(settings.getRetryMaxBackoff());
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    this.events = events;
    this.strategy = strategy;
    this.start = start;
    this.messages = new IncomingMessages(settings);
    SubscriptionTiming timing = SubscriptionTiming.DEFAULT;
    this.subscription =
        new SupervisedSubscription(
            source, vertx, context, timing.settle(settleTimeout), new Handler());
  }

  /** One consumer of the channel; whoever has cancelled may subscribe again. */
  Multi<Message<?>> port() {
    return Multi.createFrom().publisher(consumer -> consumer.onSubscribe(new Port(consumer)));
  }

  /** After this, the context may go away: it is not used any more. */
  Uni<Void> stop() {
    stopped = true;
    return subscription.stop(stopTimeout);
  }

  SubscriptionHealth health() {
    return subscription.health();
  }

  void report(HealthReport.HealthReportBuilder report, Predicate<SubscriptionHealth> healthy) {
    if (healthEnabled) {
      SubscriptionHealth health = subscription.health();
      report.add(name, healthy.test(health), health.describe());
    }
  }

  void reportLiveness(HealthReport.HealthReportBuilder report) {
    if (healthEnabled) {
      Throwable ended = failure;
      if (ended == null) {
        SubscriptionHealth health = subscription.health();
        report.add(name, !health.isHung(), health.describe());
      } else {
        report.add(name, false, "ended: " + ended);
      }
    }
  }

  private void unlessStopped(Runnable task) {
    if (!stopped) {
      context.runOnContext(_ -> task.run());
    }
  }

  private void handOut() {
    boolean handed = true;
    while (handed) {
      handed = false;
      for (Port port : ports) {
        handed |= port.handOutNext();
      }
    }
  }

  /** What is not to be handed out is settled on the way. */
  private List<Delivery> take() {
    while (subscription.batchesInHand() < maxConcurrency) {
      List<Delivery> taken = subscription.take(batchSize, batchSize);
      List<Delivery> wanted = taken.stream().filter(this::isWanted).toList();
      taken.stream().filter(each -> !isWanted(each)).forEach(Delivery::ack);
      if (taken.isEmpty() || !wanted.isEmpty()) {
        return wanted;
      }
    }
    return List.of();
  }

  private boolean isWanted(Delivery delivery) {
    StoredEvent event = delivery.event().event();
    return !event.isMark() && events.test(event.type());
  }

  private CompletionStage<Void> ack(List<Delivery> deliveries) {
    deliveries.forEach(Delivery::ack);
    return CompletableFuture.completedStage(null);
  }

  private CompletionStage<Void> nack(List<Delivery> deliveries, Throwable failure) {
    Throwable reason = thrown(failure);
    return Multi.createFrom()
        .iterable(deliveries)
        .filter(Delivery::fails)
        .onItem()
        .transformToUni(delivery -> settle(delivery, reason))
        .collectFailures()
        .merge()
        .onItem()
        .ignoreAsUni()
        .subscribeAsCompletionStage();
  }

  /** What the strategy leaves unsettled is parked: its stream would stand still for ever. */
  private Uni<Void> settle(Delivery delivery, Throwable reason) {
    return Uni.createFrom()
        .deferred(() -> strategy.handle(delivery, reason))
        .ifNoItem()
        .after(strategyTimeout)
        .recoverWithUni(Uni.createFrom().voidItem())
        .invoke(() -> delivery.park("the failure strategy settled nothing: " + reason))
        .onFailure()
        .invoke(cause -> fail(delivery, cause));
  }

  /** What the handler threw, without what those who called it made of it. */
  private static Throwable thrown(Throwable failure) {
    @Nullable Throwable cause = failure.getCause();
    return cause != null
            && (failure instanceof ProcessingException
                || failure instanceof InvocationTargetException
                || failure instanceof CompletionException)
        ? thrown(cause)
        : failure;
  }

  private void fail(Delivery delivery, Throwable cause) {
    failure = cause;
    context.runOnContext(
        _ -> {
          List<Port> ended = List.copyOf(ports);
          ports.clear();
          ended.forEach(port -> port.fail(cause));
          subscription.stop(Duration.ZERO).subscribe().with(_ -> {});
          delivery.leave();
        });
  }

  private final class Handler implements SupervisedSubscription.Consumer {

    @Override
    public void available() {
      handOut();
    }

    @Override
    public void givenUp(Delivery delivery, Throwable reason) {
      nack(List.of(delivery), reason);
    }
  }

  /** Hands events to one consumer. Its state is confined to the channel's context. */
  private final class Port implements Flow.Subscription {

    private final Flow.Subscriber<? super Message<?>> consumer;
    private long wanted;

    Port(Flow.Subscriber<? super Message<?>> consumer) {
      this.consumer = consumer;
      context.runOnContext(_ -> open());
    }

    private void open() {
      ports.add(this);
      if (ports.size() == 1) {
        failure = null;
        start
            .time()
            .onFailure()
            .recoverWithNull()
            .subscribe()
            .with(_ -> unlessStopped(this::subscribe));
      }
    }

    private void subscribe() {
      if (!ports.isEmpty()) {
        subscription.start();
      }
    }

    @Override
    public void request(long n) {
      unlessStopped(
          () -> {
            wanted = wanted + n < 0 ? Long.MAX_VALUE : wanted + n;
            handOut();
          });
    }

    @Override
    public void cancel() {
      unlessStopped(
          () -> {
            if (ports.remove(this) && ports.isEmpty()) {
              subscription.stop(stopTimeout).subscribe().with(_ -> {});
            }
          });
    }

    /** Whether there was something to hand out, and someone to take it. */
    boolean handOutNext() {
      if (wanted == 0) {
        return false;
      }
      List<Delivery> taken = take();
      if (taken.isEmpty()) {
        return false;
      }
      wanted--;
      consumer.onNext(messages.message(taken, () -> ack(taken), reason -> nack(taken, reason)));
      return true;
    }

    void fail(Throwable cause) {
      consumer.onError(cause);
    }
  }
}
