package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.LIMIT;
import static dev.foldline.readmodels.Ground.NAMESPACE;
import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.StoreAddress;
import dev.foldline.eventstoredb.connection.SureAppends;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Views;
import dev.foldline.testing.RedisServer;
import dev.foldline.testing.StoreCluster;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Projections where another node comes to lead")
class LeaderChangesTest {

  private static final int STREAMS = 5;
  private static final int ROUND = 20;

  private final Projection<Sum> sums;
  private final StoreCluster cluster = StoreCluster.start();
  private final RedisServer redisServer = RedisServer.start();
  private final EventStore writer =
      new EventStore(cluster.connectionString(), Duration.ofSeconds(5));
  private final Instance one;
  private final Instance ofFollower;

  /** How many events were appended. */
  private int appended;

  LeaderChangesTest() {
    Ground.anew();
    sums = Counting.sums(1);
    one = new Instance(cluster.connectionString());
    ofFollower = new Instance(cluster.connectionString(1));
  }

  @AfterEach
  void close() {
    one.close();
    ofFollower.close();
    writer.close();
    cluster.close();
    redisServer.close();
  }

  /** An application that has the projection, and knows the cluster by what it was given. */
  private final class Instance implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final EventStore store;
    private final Views views;
    private final ProjectionRunner<Sum> runner;

    Instance(String connectionString) {
      store =
          new EventStore(
              StoreAddress.of(connectionString), Duration.ofSeconds(5), vertx.getDelegate());
      ReadModels models =
          new ReadModels(
              Redis.createClient(vertx, redisServer.url()),
              new ObjectMapper(),
              Duration.ofSeconds(3),
              NAMESPACE);
      views = new Views(models);
      runner =
          new ProjectionRunner<>(
              vertx.getDelegate(),
              store,
              new EventCodec(List.of(Counting.category())),
              models,
              sums,
              OnPoison.HOLD,
              Pace.DEFAULT);
      runner.start();
    }

    @Override
    public void close() {
      runner.stop(Duration.ZERO).await().atMost(LIMIT);
      store.close();
      vertx.closeAndAwait();
    }
  }

  /** How the cluster comes to have another leader, and the old one is back in the end. */
  enum Change {
    SILENT {
      @Override
      void begin(StoreCluster cluster) {
        cluster.silence(0);
      }

      @Override
      void end(StoreCluster cluster) {
        cluster.resume(0);
        cluster.tellWhoLeads(0);
      }
    },
    KILLED {
      @Override
      void begin(StoreCluster cluster) {
        cluster.kill(0);
      }

      @Override
      void end(StoreCluster cluster) {
        cluster.restart(0);
      }
    };

    abstract void begin(StoreCluster cluster);

    abstract void end(StoreCluster cluster);
  }

  /** Once each, however often it takes. */
  private void appendSome() {
    for (int i = 0; i < ROUND; i++) {
      new SureAppends(writer, LIMIT)
          .append(
              n + "-" + appended % STREAMS,
              OptionalLong.empty(),
              Ground.event("counted", "{\"number\":1}"),
              OptionalLong.of(0),
              false)
          .await()
          .atMost(LIMIT);
      appended++;
    }
  }

  private void addUp() {
    for (Instance instance : List.of(one, ofFollower)) {
      await().atMost(LIMIT).until(() -> instance.runner.health().isSubscribed());
    }
    long each = appended / STREAMS;
    await()
        .atMost(LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () -> {
              for (int stream = 0; stream < STREAMS; stream++) {
                String name = n + "-" + stream;
                assertThat(ofFollower.views.document(sums, name).await().atMost(LIMIT))
                    .hasValue(new View<>(name, each - 1, new Sum(each, each)));
              }
            });
    assertThat(one.views.totals(sums, "all").await().atMost(LIMIT))
        .containsEntry("sum", BigInteger.valueOf(appended))
        .containsEntry("events", BigInteger.valueOf(appended));
  }

  @ParameterizedTest
  @EnumSource
  void go_on_and_count_each_event_once(Change change) {
    appendSome();
    addUp();

    change.begin(cluster);
    cluster.elect(2);
    appendSome();
    addUp();

    change.end(cluster);
    appendSome();
    addUp();
  }
}
