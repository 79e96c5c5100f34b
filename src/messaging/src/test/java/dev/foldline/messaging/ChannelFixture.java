package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;

import dev.foldline.core.Namespace;
import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.subscriptions.Source;
import dev.foldline.eventstoredb.subscriptions.StoreFixture;
import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.reactive.messaging.health.HealthReport;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.AfterEach;

/** Channels without a container, of the category n in a store of the test's own. */
abstract class ChannelFixture extends StoreFixture {

  static final FailureStrategies STRATEGIES = new FailureStrategies();

  final Vertx vertx = Vertx.vertx();
  private final List<IncomingChannel> channels = new ArrayList<>();

  @AfterEach
  void stopChannels() throws Exception {
    channels.forEach(channel -> channel.stop().await().atMost(LIMIT));
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  static Config config(Map<String, String> attributes) {
    Map<String, String> all = new HashMap<>(attributes);
    all.putIfAbsent("channel-name", "numbers");
    all.putIfAbsent("stop-timeout", "0");
    return new SmallRyeConfigBuilder().withDefaultValues(all).build();
  }

  IncomingChannel incoming(FailureStrategy.Factory strategy, Map<String, String> attributes) {
    Map<String, String> all = new HashMap<>(attributes);
    if (!all.containsKey("stream") && !all.containsKey("filter")) {
      all.putIfAbsent("category", n);
    }
    all.putIfAbsent("group", own("numbers"));
    Config config = config(all);
    var settings = new EventStoreConnectorIncomingConfiguration(config);
    Source source =
        Sources.of(
            "numbers",
            settings,
            server.store(),
            Namespace.NONE,
            () -> {
              throw new AssertionError("the server keeps account");
            });
    IncomingChannel channel =
        new IncomingChannel(
            "numbers",
            settings,
            vertx,
            source,
            _ -> true,
            strategy.create("numbers", config),
            ChannelStart.AT_ONCE);
    channels.add(channel);
    return channel;
  }

  static AssertSubscriber<Message<?>> consume(IncomingChannel channel, long demand) {
    AssertSubscriber<Message<?>> consumer = AssertSubscriber.create(demand);
    channel.port().subscribe(consumer);
    return consumer;
  }

  static Recorded<?> payload(Message<?> message) {
    return (Recorded<?>) message.getPayload();
  }

  static void settle(Message<?> message) throws Exception {
    message.ack().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  static void refuse(Message<?> message) throws Exception {
    message
        .nack(new IllegalStateException("refused"))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  static HealthReport health(IncomingChannel channel, Predicate<SubscriptionHealth> healthy) {
    var report = HealthReport.builder();
    channel.report(report, healthy);
    return report.build();
  }

  static HealthReport liveness(IncomingChannel channel) {
    var report = HealthReport.builder();
    channel.reportLiveness(report);
    return report.build();
  }

  long parked() throws Exception {
    return server
        .official()
        .subscriptions()
        .getInfoToAll(own("numbers"))
        .get(10, TimeUnit.SECONDS)
        .orElseThrow()
        .getStats()
        .getParkedMessageCount();
  }
}
