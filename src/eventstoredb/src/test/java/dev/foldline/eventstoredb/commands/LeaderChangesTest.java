package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Failure;
import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.StoreCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Commands where another node comes to lead")
class LeaderChangesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int STREAMS = 5;

  private final String n = EventStoreServer.unique("n");

  private final StoreCluster cluster = StoreCluster.start();

  @AfterEach
  void close() {
    cluster.close();
  }

  /** How an application is told of the cluster. */
  enum Named {
    ALL,
    THE_LEADER,
    A_FOLLOWER,
    BY_THE_GOSSIP_OF_A_FOLLOWER;

    String connectionString(StoreCluster cluster) {
      return switch (this) {
        case ALL -> cluster.connectionString();
        case THE_LEADER -> cluster.connectionString(0);
        case A_FOLLOWER -> cluster.connectionString(1);
        case BY_THE_GOSSIP_OF_A_FOLLOWER -> cluster.discover(1);
      };
    }
  }

  /** An application, and what it was asked to do. */
  private final class Client implements AutoCloseable {

    private final EventStore store;
    private final Instance instance;
    private int sent;

    Client(Named named) {
      this(named, Duration.ofSeconds(20));
    }

    Client(Named named, Duration timeout) {
      store = new EventStore(named.connectionString(cluster), timeout);
      instance = Instance.of(store.streams());
    }

    CompletableFuture<Receipt> add() {
      int number = sent++;
      return instance
          .handle(n + "-key-" + number, n + number % STREAMS, new Counter.Command.Add(1))
          .subscribeAsCompletionStage();
    }

    /** Sends the same again, if it is not answered yet. */
    boolean repeated() throws InterruptedException {
      CompletableFuture<Receipt> again = add();
      try {
        again.get(30, TimeUnit.SECONDS);
        return true;
      } catch (ExecutionException | TimeoutException e) {
        assertThat(e).hasCauseInstanceOf(Failure.class);
        sent--;
        return false;
      }
    }

    /** All that was sent was done, once. */
    void addsUp() {
      long sum = 0;
      for (int stream = 0; stream < STREAMS; stream++) {
        sum += store.remaining("counter-" + n + stream, 0, 500).await().atMost(PATIENCE).size();
      }
      assertThat(sum).isEqualTo(sent);
    }

    @Override
    public void close() {
      store.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void are_done_once_however_the_cluster_is_named(Named named) throws Exception {
    try (Client client = new Client(named)) {
      for (int i = 0; i < 2 * STREAMS; i++) {
        client.add().get(30, TimeUnit.SECONDS);
      }
      client.addsUp();
    }
  }

  /** No caller has to repeat anything: what is under way is found out about by its ids. */
  @ParameterizedTest
  @EnumSource
  void under_way_are_answered_where_the_leader_falls_silent_and_another_is_elected(Named named)
      throws Exception {
    try (Client client = new Client(named)) {
      for (int i = 0; i < STREAMS; i++) {
        client.add().get(30, TimeUnit.SECONDS);
      }
      cluster.silence(0);
      List<CompletableFuture<Receipt>> underWay = new ArrayList<>();
      for (int i = 0; i < 10 * STREAMS; i++) {
        underWay.add(client.add());
      }
      cluster.elect(2);

      for (CompletableFuture<Receipt> each : underWay) {
        assertThat(each.get(30, TimeUnit.SECONDS).revision()).isPositive();
      }
      client.addsUp();
      cluster.resume(0);
      client.add().get(30, TimeUnit.SECONDS);
      cluster.tellWhoLeads(0);
      client.add().get(30, TimeUnit.SECONDS);
      client.addsUp();
    }
  }

  /** What was sent to the one that was killed is looked for, and the rest waits for another. */
  @ParameterizedTest
  @EnumSource
  void are_done_once_where_the_leader_is_killed_and_callers_repeat(Named named) throws Exception {
    try (Client client = new Client(named)) {
      client.add().get(30, TimeUnit.SECONDS);
      cluster.kill(0);
      cluster.elect(1);
      CompletableFuture<Receipt> first = client.add();
      await().atMost(PATIENCE).until(first::isDone);
      if (first.isCompletedExceptionally()) {
        client.sent--;
        await().atMost(PATIENCE).until(client::repeated);
      }
      client.addsUp();
    }
  }

  /** The one that the follower names takes the connection, and answers nothing. */
  @Test
  void begin_with_another_leader_where_the_first_one_is_silent_from_the_start() throws Exception {
    cluster.silence(0);
    try (Client client = new Client(Named.A_FOLLOWER, Duration.ofMinutes(5))) {
      CompletableFuture<Receipt> first = client.add();
      await().atMost(PATIENCE).until(() -> cluster.isConnected(0));
      cluster.elect(1);
      assertThat(first.get(30, TimeUnit.SECONDS).revision()).isZero();
    }
  }

  @Test
  void go_to_no_leader_that_was_deposed_and_does_not_know_it() throws Exception {
    try (Client client = new Client(Named.ALL)) {
      client.add().get(30, TimeUnit.SECONDS);
      cluster.silence(0);
      CompletableFuture<Receipt> second = client.add();
      cluster.elect(1);
      second.get(30, TimeUnit.SECONDS);
      cluster.resume(0);
      try (Client other = new Client(Named.ALL)) {
        assertThat(
                other.store.remaining("counter-" + n + "0", 0, 10).await().atMost(PATIENCE).size())
            .isEqualTo(1);
        assertThat(
                other
                    .instance
                    .handle("other", n + "4", new Counter.Command.Add(1))
                    .await()
                    .atMost(PATIENCE)
                    .revision())
            .isZero();
      }
    }
  }
}
