package dev.foldline.eventstoredb.subscriptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.StoreAddress;
import dev.foldline.eventstoredb.connection.SureAppends;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.StoreCluster;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Subscriptions where another node comes to lead")
class LeaderChangesTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final SubscriptionTiming TIMING =
      new SubscriptionTiming(
          Duration.ofSeconds(5),
          Duration.ofMillis(100),
          Duration.ofMinutes(5),
          Duration.ofMillis(300));

  private final String category = EventStoreServer.unique("n");
  private final Vertx vertx = Vertx.vertx();
  private final StoreCluster cluster = StoreCluster.start();
  private final Queue<Long> seen = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() throws Exception {
    cluster.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** What a subscription is, and by which connection string it is made. */
  enum Kind {
    GROUP_OF_ALL_NODES,
    GROUP_OF_A_FOLLOWER,
    CATCH_UP_OF_ALL_NODES,
    CATCH_UP_OF_A_FOLLOWER;

    Source source(EventStore store, String category) {
      return switch (this) {
        case GROUP_OF_ALL_NODES, GROUP_OF_A_FOLLOWER ->
            new PersistentSource(
                store, Group.ofCategories("readers-" + category, List.of(category), 100), false);
        case CATCH_UP_OF_ALL_NODES, CATCH_UP_OF_A_FOLLOWER ->
            new CatchUpSource(
                store,
                new InMemoryPositions(),
                new CatchUp(
                    "readers",
                    null,
                    "^" + category + "-",
                    true,
                    false,
                    10,
                    100,
                    1,
                    Duration.ofMillis(50)));
      };
    }

    String connectionString(StoreCluster cluster) {
      return switch (this) {
        case GROUP_OF_ALL_NODES, CATCH_UP_OF_ALL_NODES -> cluster.connectionString();
        case GROUP_OF_A_FOLLOWER, CATCH_UP_OF_A_FOLLOWER -> cluster.connectionString(1);
      };
    }
  }

  private SupervisedSubscription subscribe(Kind kind, EventStore store) {
    SupervisedSubscription[] opened = new SupervisedSubscription[1];
    opened[0] =
        new SupervisedSubscription(
            kind.source(store, category),
            vertx,
            vertx.getOrCreateContext(),
            TIMING,
            () ->
                opened[0]
                    .take(50, 1)
                    .forEach(
                        delivery -> {
                          seen.add(delivery.event().revision());
                          delivery.ack();
                        }));
    opened[0].start();
    return opened[0];
  }

  /** Appends an event once, though nobody says at first whether that was done. */
  private void append(EventStore store) {
    new SureAppends(store, LIMIT)
        .append(
            category + "-1",
            OptionalLong.empty(),
            TestStore.event("counted", "1"),
            OptionalLong.of(0),
            false)
        .await()
        .atMost(LIMIT);
  }

  private void sees(long revision) {
    await().atMost(LIMIT).until(() -> seen.contains(revision));
  }

  @ParameterizedTest
  @EnumSource
  void move_to_the_new_leader_where_the_old_one_falls_silent(Kind kind) {
    try (EventStore store =
        new EventStore(
            StoreAddress.of(kind.connectionString(cluster)), Duration.ofSeconds(5), vertx)) {
      SupervisedSubscription subscription = subscribe(kind, store);
      append(store);
      sees(0);

      cluster.silence(0);
      cluster.elect(2);
      append(store);
      sees(1);

      cluster.resume(0);
      append(store);
      cluster.tellWhoLeads(0);
      append(store);
      sees(2);
      sees(3);
      assertThat(subscription.health().losses()).isPositive();
      subscription.stop(Duration.ZERO).await().atMost(LIMIT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void move_to_the_new_leader_where_the_old_one_is_killed(Kind kind) {
    try (EventStore store =
        new EventStore(
            StoreAddress.of(kind.connectionString(cluster)), Duration.ofSeconds(5), vertx)) {
      SupervisedSubscription subscription = subscribe(kind, store);
      append(store);
      sees(0);

      cluster.kill(0);
      cluster.elect(1);
      append(store);
      sees(1);

      cluster.restart(0);
      append(store);
      sees(2);
      subscription.stop(Duration.ZERO).await().atMost(LIMIT);
    }
  }

  /** Without a command that would notice it: the node is pinged. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void move_though_nothing_is_written_by_the_same_application(boolean allAreNamed) {
    Kind kind = Kind.GROUP_OF_ALL_NODES;
    String named = allAreNamed ? cluster.connectionString() : cluster.connectionString(0);
    try (EventStore store = new EventStore(StoreAddress.of(named), Duration.ofMinutes(5), vertx);
        EventStore other = new EventStore(cluster.discover(2), Duration.ofSeconds(5))) {
      SupervisedSubscription subscription = subscribe(kind, store);
      append(other);
      sees(0);

      cluster.silence(0);
      cluster.elect(2);
      append(other);
      sees(1);
      subscription.stop(Duration.ZERO).await().atMost(LIMIT);
    }
  }

  /** A replay is never answered by a follower. */
  @Test
  void have_their_parked_events_replayed_though_a_follower_is_named() {
    try (EventStore store = new EventStore(cluster.connectionString(1), Duration.ofSeconds(5))) {
      EventStore other = new EventStore(cluster.connectionString(2), Duration.ofSeconds(5));
      try (other) {
        append(store);
        Kind kind = Kind.GROUP_OF_A_FOLLOWER;
        ((PersistentSource) kind.source(store, category)).prepare().await().atMost(LIMIT);

        new ParkedEvents(other, "readers-" + category).replay().await().atMost(LIMIT);
      }
    }
  }
}
