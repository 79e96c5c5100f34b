package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Snapshots in Redis")
class RedisSnapshotsTest {

  private static RealRedis redis;

  @BeforeAll
  static void start() {
    redis = new RealRedis();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static <T> T get(CompletionStage<T> answer) {
    return Uni.createFrom().completionStage(answer).await().atMost(Duration.ofSeconds(10));
  }

  @Test
  void keep_the_latest_of_each_stream_for_a_while() {
    RedisSnapshots snapshots = new RedisSnapshots(redis.models(), Duration.ofHours(1));
    get(snapshots.save("account-a", "first"));
    get(snapshots.save("account-a", "sécond"));
    get(snapshots.save("account-b", "other"));

    assertThat(get(snapshots.load("account-a"))).contains("sécond");
    assertThat(get(snapshots.load("account-c"))).isEmpty();
    assertThat(Long.parseLong(redis.command("PTTL foldline:1:bank:snapshot:account-a")))
        .isBetween(1L, 3_600_000L);
  }

  @Test
  void say_that_redis_is_away() {
    try (RealRedis other = new RealRedis()) {
      RedisSnapshots away = new RedisSnapshots(other.models(), Duration.ofHours(1));
      other.stop();

      assertThatThrownBy(() -> get(away.load("account-a"))).isInstanceOf(Unavailable.class);
      assertThatThrownBy(() -> get(away.save("account-a", ""))).isInstanceOf(Unavailable.class);
    }
  }
}
