package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.redis.Builds;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Views;
import dev.foldline.testing.Cable;
import dev.foldline.testing.RedisProcess;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.redis.client.RedisOptions;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A replica takes over, and one instance is told late: what it acknowledges meanwhile is in a Redis
 * that is given up. How long that lasts is counted in rounds, after each of which both masters have
 * been told, falsely, that they have everything.
 *
 * <p>{@code -Dmasters.rounds=100} for the long form, some minutes; {@code 0} for a short mistake.
 */
class TwoMastersTest {

  private static final Pace PACE = Ground.keeping(Duration.ofMillis(200), 1_000);
  private static final int ROUND = 60;

  private final Vertx vertx = Vertx.vertx();
  private int appended;

  /** A master, or what is about to be one. */
  private final class Master implements AutoCloseable {

    private final RedisProcess process;
    private final Redis client;
    private final Views views;
    private final Builds builds;

    Master(String... settings) {
      process = new RedisProcess(settings);
      client = client(process.port());
      views = new Views(models(client));
      builds = new Builds(models(client), Counting.sums(1));
    }

    void promote() {
      client
          .send(Request.cmd(Command.create("REPLICAOF")).arg("NO").arg("ONE"))
          .await()
          .atMost(Ground.LIMIT);
    }

    int events() {
      try {
        return views
            .totals(Counting.sums(1), "all")
            .await()
            .atMost(Ground.LIMIT)
            .getOrDefault("events", BigInteger.ZERO)
            .intValue();
      } catch (Unavailable _) {
        return 0;
      }
    }

    /** What the owners of streams have together. */
    long best() {
      return Ground.best(views, Counting.sums(1)).values().stream()
          .mapToLong(Long::longValue)
          .sum();
    }

    /** Up to which position it is said to have everything. */
    long checkpoint() {
      return builds
          .live()
          .chain(live -> builds.checkpoints().of(live.orElseThrow()))
          .await()
          .atMost(Ground.LIMIT)
          .position();
    }

    @Override
    public void close() {
      client.close();
      process.close();
    }
  }

  private Redis client(int port) {
    return Redis.createClient(
        vertx,
        new RedisOptions()
            .setConnectionString("redis://127.0.0.1:" + port)
            .setMaxPoolWaiting(1_000));
  }

  private static ReadModels models(Redis client) {
    return new ReadModels(client, new ObjectMapper(), Duration.ofSeconds(3), Ground.NAMESPACE);
  }

  private ProjectionRunner<Sum> start(Ground ground, int port) {
    var runner =
        new ProjectionRunner<>(
            vertx.getDelegate(),
            ground.store(),
            new EventCodec(List.of(Counting.category())),
            models(client(port)),
            Counting.sums(1),
            OnPoison.HOLD,
            PACE);
    runner.start();
    return runner;
  }

  @Test
  void what_was_acknowledged_under_the_master_that_lost_is_applied_again(@TempDir Path data)
      throws Exception {
    try (Ground ground = new Ground(data);
        Master old = new Master("--dir", data.toString());
        Master heir =
            new Master(
                "--dir",
                data.toString(),
                "--replicaof",
                "127.0.0.1",
                Integer.toString(old.process.port()),
                "--repl-diskless-sync-delay",
                "0");
        Cable way = new Cable(old.process.port())) {
      var late = start(ground, way.port());
      append(ground);
      await().atMost(Ground.LIMIT).until(() -> heir.events() == appended);
      long before = ground.store().end().await().atMost(Ground.LIMIT);
      heir.promote();
      var early = start(ground, heir.process.port());
      await().atMost(Ground.LIMIT).until(() -> early.health().isSubscribed());

      append(ground);
      for (int round = 0; round < Integer.getInteger("masters.rounds", 2); round++) {
        long told = before;
        await()
            .atMost(Ground.LIMIT)
            .until(() -> old.checkpoint() > told && heir.checkpoint() > told);
        before = ground.store().end().await().atMost(Ground.LIMIT);
        append(ground);
      }
      await().atMost(Ground.LIMIT).until(() -> ground.unsettled(Counting.sums(1)) == 0);
      assertThat(heir.events()).isLessThan(appended);
      assertThat(old.events()).isLessThan(appended);

      way.lead(heir.process.port());

      await()
          .atMost(Ground.LIMIT)
          .untilAsserted(
              () -> {
                assertThat(heir.events()).isEqualTo(appended);
                assertThat(heir.best()).isEqualTo(appended);
              });
      late.stop(Duration.ZERO).await().atMost(Ground.LIMIT);
      early.stop(Duration.ZERO).await().atMost(Ground.LIMIT);
    } finally {
      vertx.closeAndAwait();
    }
  }

  private void append(Ground ground) {
    for (int i = 0; i < ROUND; i++) {
      ground.append(n + "-" + appended, 1);
      appended++;
    }
  }
}
