package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Views;
import dev.foldline.testing.RedisProcess;
import dev.foldline.testing.StoreProxy;
import dev.foldline.testing.StoreRequests;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One stream that can't be read keeps nothing else from going on: it is no store that is away. Be
 * it that its name is not ASCII and it was tombstoned, to which a real server answers UNKNOWN; or
 * that access to it is denied.
 */
class UnspeakableNameTest {

  private final Vertx vertx = Vertx.vertx();
  private EmbeddedEventStore server;
  private StoreProxy proxy;
  private RedisProcess redis;
  private EventStore store;
  private Views views;
  private Projection<Sum> sums;
  private ProjectionRunner<Sum> runner;
  private long losses;

  @BeforeEach
  void start(@TempDir Path data) {
    sums = Counting.superstitiousSums();
    server = EmbeddedEventStore.builder().data(data).fsync(false).start();
    proxy = new StoreProxy(server.port());
    redis = new RedisProcess("--dir", data.toString());
    store = new EventStore(proxy.connectionString(), Duration.ofSeconds(5));
    ReadModels models =
        new ReadModels(
            Redis.createClient(vertx, redis.url()),
            new ObjectMapper(),
            Duration.ofSeconds(3),
            Ground.NAMESPACE);
    views = new Views(models);
    runner =
        new ProjectionRunner<>(
            vertx.getDelegate(),
            store,
            new EventCodec(List.of(Counting.category())),
            models,
            sums,
            OnPoison.HOLD);
    runner.start();
    await().atMost(Ground.LIMIT).until(() -> runner.health().isSubscribed());
    losses = runner.health().losses();
  }

  @AfterEach
  void stop() {
    of(runner.stop(Duration.ZERO));
    store.close();
    proxy.close();
    server.close();
    redis.close();
    vertx.closeAndAwait();
  }

  @Test
  void a_tombstone_with_such_a_name_holds_up_its_own_stream_alone() throws Exception {
    append(n + "-müller", 13);
    await().atMost(Ground.LIMIT).until(() -> runner.figures().poisoned() == 1);
    append(n + "-müller", 1);
    store
        .call(StreamsGrpc.getTombstoneMethod(), StoreRequests.tombstone(n + "-müller"))
        .await()
        .atMost(Ground.LIMIT);
    append(n + "-2", 2);

    awaitOneEvent();
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(
            () ->
                assertThat(of(runner.parking().list()))
                    .extracting(parked -> parked.ref().toString())
                    .containsExactlyInAnyOrder(n + "-müller@0", n + "-müller@1"));
    of(runner.parking().discard(Set.of(new EventRef(n + "-müller", 0)), "13", "ada", Ground.LIMIT));
    assertThat(of(views.totals(sums, "all"))).containsEntry("events", BigInteger.TWO);
    assertThat(runner.health().losses()).isEqualTo(losses);
  }

  /** What is parked comes through a link, and is read where it stands. */
  @Test
  void a_stream_that_is_denied_holds_up_itself_alone() {
    append(n + "-denied", 13);
    ParkedEvents parked = new ParkedEvents(store, Ground.NAMESPACE.of(sums.name()) + "-v1");
    await().atMost(Ground.LIMIT).until(() -> of(parked.list(10)).size() == 1);
    proxy.deny(n + "-denied");
    of(parked.replay());
    append(n + "-2", 2);

    awaitOneEvent();
    await().atMost(Ground.LIMIT).until(() -> of(parked.list(10)).size() == 1);
    assertThat(proxy.denials()).isPositive();
    assertThat(of(runner.parking().list()))
        .extracting(each -> each.ref().toString())
        .containsExactly(n + "-denied@0");
    assertThat(runner.health().losses()).isEqualTo(losses);
  }

  private void awaitOneEvent() {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(of(views.totals(sums, "all"))).containsEntry("events", BigInteger.ONE));
  }

  private void append(String stream, int number) {
    of(store.append(stream, List.of(Ground.event("counted", "{\"number\":" + number + "}"))));
  }

  private static <T> T of(Uni<T> uni) {
    return uni.await().atMost(Ground.LIMIT);
  }
}
