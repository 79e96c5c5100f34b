package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Unavailable;
import dev.foldline.testing.Cable;
import dev.foldline.testing.RedisProcess;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReadModelsTest {

  /** Several times what the pool has. */
  private static final int CALLS = 100;

  /** Vert.x's own measure. */
  private static final int POOL = 6;

  @Test
  void calls_work_again_after_redis_hung_for_longer_than_they_wait() {
    try (RealRedis redis = new RealRedis()) {
      ReadModels impatient =
          new ReadModels(
              redis.client(), new ObjectMapper(), Duration.ofMillis(100), RealRedis.NAMESPACE);
      redis.hangWhile(
          () -> assertThatThrownBy(() -> pings(impatient)).isInstanceOf(Unavailable.class));

      awaitPings(redis.models());
      redis.hangWhile(
          () -> assertThatThrownBy(() -> pings(impatient)).isInstanceOf(Unavailable.class));
      awaitPings(redis.models());
    }
  }

  /** A call may still meet a connection that is being closed for not having answered. */
  private static void awaitPings(ReadModels models) {
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptionsInstanceOf(Unavailable.class)
        .untilAsserted(() -> pings(models));
  }

  @Test
  void a_connection_that_went_silent_is_closed_and_calls_go_on_by_new_ones() {
    Vertx vertx = Vertx.vertx();
    try (RedisProcess server = new RedisProcess();
        Cable way = new Cable(server.port())) {
      Redis client = RealRedis.client(vertx, way.port());
      pings(new ReadModels(client, new ObjectMapper(), Duration.ofSeconds(5), RealRedis.NAMESPACE));
      ReadModels models =
          new ReadModels(client, new ObjectMapper(), Duration.ofMillis(500), RealRedis.NAMESPACE);

      way.silence();
      assertThat(isSilent(models)).isTrue();
      for (int failed = 1; isSilent(models); failed++) {
        assertThat(failed).as("as many as the pool has").isLessThanOrEqualTo(POOL);
      }
      client.close();
    } finally {
      vertx.closeAndAwait();
    }
  }

  private static boolean isSilent(ReadModels models) {
    try {
      pings(models);
      return false;
    } catch (Unavailable _) {
      return true;
    }
  }

  @Test
  void what_redis_is_in_is_told_from_what_we_did_wrong() {
    try (RealRedis redis = new RealRedis()) {
      ReadModels models = redis.models();
      redis.command("CONFIG SET maxmemory 1");
      assertThatThrownBy(() -> call(models, "SET", "foldline", "1"))
          .isInstanceOf(Unavailable.class)
          .hasMessage("Redis can't do that now: OOM");
      assertThatThrownBy(() -> script(models, "return redis.call('SET', KEYS[1], '1')"))
          .isInstanceOf(Unavailable.class)
          .hasMessage("Redis can't do that now: OOM");
      redis.command("CONFIG SET maxmemory 0");

      redis.command("ACL SETUSER default -get");
      assertThatThrownBy(() -> call(models, "GET", "foldline"))
          .isInstanceOf(Unavailable.class)
          .hasMessage("Redis can't do that now: NOPERM");
      redis.command("ACL SETUSER default +get");

      call(models, "SET", "foldline", "1");
      assertThatThrownBy(() -> call(models, "HGET", "foldline", "a"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("WRONGTYPE");
      assertThatThrownBy(() -> script(models, "return nothing.at.all"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("nothing");
      assertThatThrownBy(() -> script(models, "return redis.error_reply('LOST it is gone')"))
          .isInstanceOf(Unavailable.class)
          .hasMessage("it is gone");

      redis.stop();
      assertThatThrownBy(() -> call(models, "GET", "foldline"))
          .isInstanceOf(Unavailable.class)
          .hasMessage("Redis is away");
    }
  }

  private static void call(ReadModels models, String name, String... arguments) {
    Command command = new Command(name);
    Stream.of(arguments).forEach(command::arg);
    models.send(List.of(command)).await().atMost(Duration.ofSeconds(20));
  }

  private static void script(ReadModels models, String text) {
    Script script = new Script(text, "0".repeat(40));
    models
        .send(List.of(new Command(script, List.of("foldline"), List.of())))
        .await()
        .atMost(Duration.ofSeconds(20));
  }

  private static void pings(ReadModels models) {
    Uni.join()
        .all(Stream.generate(models::ping).limit(CALLS).toList())
        .andFailFast()
        .await()
        .atMost(Duration.ofSeconds(20));
  }
}
