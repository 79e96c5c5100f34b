package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Namespace;
import dev.foldline.core.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Positions in Redis")
class RedisPositionsTest {

  private static RealRedis redis;

  @BeforeAll
  static void start() {
    redis = new RealRedis();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void are_kept_for_each_subscription() throws Exception {
    RedisPositions positions = new RedisPositions(redis.models());
    get(positions.save("one", 7));
    get(positions.save("two", 0));

    assertThat(get(positions.load("one"))).hasValue(7);
    assertThat(get(positions.load("two"))).hasValue(0);
    assertThat(get(positions.load("three"))).isEmpty();
  }

  @Test
  void never_go_back_however_long_they_are() throws Exception {
    RedisPositions positions = new RedisPositions(redis.models());
    for (long position : new long[] {9, 10, 9, 1L << 53, (1L << 53) + 1, 1L << 53, 11}) {
      get(positions.save("forward", position));
    }
    assertThat(get(positions.load("forward"))).hasValue((1L << 53) + 1);
    get(positions.save("forward", Long.MAX_VALUE));
    assertThat(get(positions.load("forward"))).hasValue(Long.MAX_VALUE);
  }

  @Test
  void are_told_apart_by_their_namespace() throws Exception {
    for (String name : new String[] {"", "bank", "position"}) {
      var models =
          new ReadModels(
              redis.client(), new ObjectMapper(), Duration.ofSeconds(5), new Namespace(name));
      RedisPositions positions = new RedisPositions(models);

      assertThat(get(positions.load("shared"))).isEmpty();
      get(positions.save("shared", name.length()));
      assertThat(get(positions.load("shared"))).hasValue(name.length());
    }
  }

  @Test
  void of_an_earlier_build_are_refused_by_name() throws Exception {
    RedisPositions positions = new RedisPositions(redis.models());
    redis.command("SET foldline:position:old 7");

    assertThatThrownBy(() -> get(positions.load("old")))
        .hasRootCauseMessage(
            "the position of old is kept in the form of an earlier build, under the key"
                + " foldline:position:old: rename it to foldline:1:bank:position:old to go on from"
                + " there, or remove it to begin anew");
    redis.command("RENAME foldline:position:old foldline:1:bank:position:old");
    assertThat(get(positions.load("old"))).hasValue(7);
  }

  @Test
  void may_be_before_the_first_event_but_never_again() throws Exception {
    RedisPositions positions = new RedisPositions(redis.models());
    get(positions.save("empty", -1));
    assertThat(get(positions.load("empty"))).hasValue(-1);
    get(positions.save("empty", -1));
    get(positions.save("empty", 0));
    assertThat(get(positions.load("empty"))).hasValue(0);
    get(positions.save("empty", -1));
    assertThat(get(positions.load("empty"))).hasValue(0);
  }

  @Test
  void say_that_redis_is_away() {
    try (RealRedis other = new RealRedis()) {
      RedisPositions away = new RedisPositions(other.models());
      other.stop();

      assertThatThrownBy(() -> get(away.load("one"))).hasCauseInstanceOf(Unavailable.class);
      assertThatThrownBy(() -> get(away.save("one", 1))).hasCauseInstanceOf(Unavailable.class);
    }
  }
}
