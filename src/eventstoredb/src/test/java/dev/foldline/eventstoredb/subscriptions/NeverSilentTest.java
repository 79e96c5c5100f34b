package dev.foldline.eventstoredb.subscriptions;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.UpdatePersistentSubscriptionToAllOptions;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.StoreAddress;
import dev.foldline.testing.StoreProxy;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way that a subscription can end or stop: it is noticed, reported, and recovered from. */
class NeverSilentTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final SubscriptionTiming QUICK =
      new SubscriptionTiming(
          Duration.ofSeconds(5),
          Duration.ofMillis(100),
          Duration.ofMinutes(1),
          Duration.ofMillis(300));
  private static final SubscriptionTiming RESTLESS =
      new SubscriptionTiming(
          Duration.ofSeconds(5),
          Duration.ofMillis(100),
          Duration.ofMillis(300),
          Duration.ofMinutes(1));

  /** The watchdog does not look, so that what is reported is what the call itself said. */
  private static final SubscriptionTiming UNWATCHED =
      new SubscriptionTiming(
          Duration.ofSeconds(5),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1));

  private final Vertx vertx = Vertx.vertx();
  private final Queue<Long> seen = new ConcurrentLinkedQueue<>();
  private TestStore server;
  private StoreProxy proxy;
  private EventStore store;
  private final List<SupervisedSubscription> subscriptions = new ArrayList<>();

  enum Kind {
    PERSISTENT {
      @Override
      Source source(EventStore store) {
        return new PersistentSource(
            store, Group.ofCategories(own("readers"), List.of(n), 100), false);
      }
    },
    CATCH_UP {
      @Override
      Source source(EventStore store) {
        CatchUp settings =
            new CatchUp(
                "readers", null, "^" + n + "-", true, false, 10, 100, 1, Duration.ofMillis(50));
        return new CatchUpSource(store, new InMemoryPositions(), settings);
      }
    };

    abstract Source source(EventStore store);
  }

  @BeforeEach
  void start(@TempDir Path data) {
    server = new TestStore(data);
    proxy = new StoreProxy(server.port());
    store = new EventStore(proxy.connectionString(), Duration.ofSeconds(5));
  }

  @AfterEach
  void stop() throws Exception {
    subscriptions.forEach(open -> open.stop(Duration.ZERO).await().atMost(LIMIT));
    store.close();
    proxy.close();
    server.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private SubscriptionHealth subscribe(Kind kind, SubscriptionTiming timing) {
    return subscribe(
        kind,
        timing,
        delivery -> {
          seen.add(delivery.event().revision());
          delivery.ack();
        });
  }

  private SubscriptionHealth subscribe(
      Kind kind, SubscriptionTiming timing, Consumer<Delivery> consumer) {
    SupervisedSubscription subscription = new Reader(kind.source(store), timing, consumer).opened;
    subscriptions.add(subscription);
    subscription.start();
    return subscription.health();
  }

  /** Takes what there is. */
  private final class Reader {

    private final SupervisedSubscription opened;
    private final Consumer<Delivery> consumer;

    Reader(Source source, SubscriptionTiming timing, Consumer<Delivery> consumer) {
      this.consumer = consumer;
      this.opened =
          new SupervisedSubscription(source, vertx, vertx.getOrCreateContext(), timing, this::take);
    }

    private void take() {
      opened.take(50, 1).forEach(consumer);
    }
  }

  /** It gets an event, something happens, and it gets the next one. */
  private void outlives(SubscriptionHealth health, ThrowingRunnable fault) throws Exception {
    server.append(n + "-1", 0, 1);
    await().atMost(LIMIT).until(() -> seen.contains(0L));
    fault.run();
    server.append(n + "-1", 1, 1);
    await().atMost(LIMIT).until(() -> seen.contains(1L));
    await().atMost(LIMIT).until(health::isSubscribed);
  }

  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  private static void reported(SubscriptionHealth health, String cause) {
    assertThat(health.losses()).isPositive();
    assertThat(health.lastLoss()).asString().contains(cause);
  }

  @Test
  void connection_lost() throws Exception {
    SubscriptionHealth health = subscribe(Kind.PERSISTENT, QUICK);
    outlives(health, proxy::breakConnections);
    assertThat(health.losses()).isPositive();
  }

  /** Of a catch-up subscription, the client says nothing when its call is cut off. */
  @Test
  void connection_lost_in_silence() throws Exception {
    SubscriptionHealth health = subscribe(Kind.CATCH_UP, RESTLESS);
    outlives(health, proxy::breakConnections);
  }

  @ParameterizedTest
  @EnumSource
  void leader_changed(Kind kind) throws Exception {
    SubscriptionHealth health = subscribe(kind, QUICK);
    outlives(health, proxy::loseLeadership);
    assertThat(health.losses()).isPositive();
  }

  @Test
  void group_deleted() throws Exception {
    SubscriptionHealth health = subscribe(Kind.PERSISTENT, QUICK);
    outlives(
        health,
        () ->
            server
                .official()
                .subscriptions()
                .deleteToAll(own("readers"))
                .get(10, TimeUnit.SECONDS));
    assertThat(health.losses()).isPositive();
  }

  @Test
  void subscription_dropped() throws Exception {
    SubscriptionHealth health = subscribe(Kind.PERSISTENT, UNWATCHED);
    outlives(
        health,
        () ->
            server
                .official()
                .subscriptions()
                .updateToAll(
                    own("readers"), UpdatePersistentSubscriptionToAllOptions.get().maxRetryCount(3))
                .get(10, TimeUnit.SECONDS));
    reported(health, "dropped");
  }

  /** It is opened anew by a connection that was made with the new one; the old one is left. */
  @ParameterizedTest
  @EnumSource
  void password_changed(Kind kind, @TempDir Path files) throws Exception {
    Path password = Files.writeString(files.resolve("password"), "first");
    store.close();
    store =
        new EventStore(
            new StoreAddress(
                proxy.connectionString().replace("://", "://bank@"), Optional.of(password)),
            Duration.ofSeconds(2),
            null);
    SubscriptionHealth health = subscribe(kind, QUICK);
    outlives(
        health,
        () -> {
          Files.move(
              Files.writeString(files.resolve("next"), "second"),
              password,
              StandardCopyOption.ATOMIC_MOVE);
          await().atMost(LIMIT).until(() -> health.losses() > 0);
        });
    assertThat(seen).containsExactly(0L, 1L);
  }

  @Test
  void ended_as_if_all_were_well() throws Exception {
    SubscriptionHealth health = subscribe(Kind.PERSISTENT, UNWATCHED);
    outlives(health, proxy::completeSubscriptions);
    reported(health, "the store ended it");
  }

  @ParameterizedTest
  @EnumSource
  void silently_completed_or_gone_silent_is_opened_anew_when_nothing_comes(Kind kind)
      throws Exception {
    SubscriptionHealth health = subscribe(kind, RESTLESS);
    outlives(health, proxy::fallSilent);
    seen.clear();
    proxy.completeSubscriptions();
    server.append(n + "-1", 2, 1);
    await().atMost(LIMIT).until(() -> seen.contains(2L));
  }

  @ParameterizedTest
  @EnumSource
  void server_restarted(Kind kind) throws Exception {
    SubscriptionHealth health = subscribe(kind, QUICK);
    outlives(
        health,
        () -> {
          server.stop();
          await().atMost(LIMIT).until(() -> !health.isSubscribed());
          assertThat(health.describe()).contains("not subscribed");
          server.comeBack();
        });
    assertThat(health.losses()).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void consumer_hung(Kind kind) {
    Queue<Delivery> held = new ConcurrentLinkedQueue<>();
    SubscriptionHealth health =
        subscribe(
            kind,
            QUICK,
            delivery -> {
              seen.add(delivery.event().revision());
              held.add(delivery);
            });
    server.append(n + "-1", 0, 1);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    Delivery hung = held.element();
    await().atMost(LIMIT).until(() -> held.size() > 1);
    assertThat(health.hung()).isPositive();
    assertThat(health.describe()).contains("does not come back from");
    assertThat(seen).containsOnly(0L);

    hung.park("too late to say so");
    await().atMost(LIMIT).until(() -> held.stream().anyMatch(again -> again.retries() > 1));
  }
}
