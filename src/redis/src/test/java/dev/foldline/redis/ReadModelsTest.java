package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReadModelsTest {

  /** Several times what the pool has. */
  private static final int CALLS = 100;

  @Test
  void callsWorkAgainAfterRedisHungForLongerThanTheyWait() {
    try (RealRedis redis = new RealRedis()) {
      ReadModels impatient =
          new ReadModels(redis.client(), new ObjectMapper(), Duration.ofMillis(100));
      redis.hangWhile(
          () -> assertThatThrownBy(() -> pings(impatient)).isInstanceOf(Unavailable.class));

      pings(redis.models());
      redis.hangWhile(
          () -> assertThatThrownBy(() -> pings(impatient)).isInstanceOf(Unavailable.class));
      pings(redis.models());
    }
  }

  private static void pings(ReadModels models) {
    Uni.join()
        .all(Stream.generate(models::ping).limit(CALLS).toList())
        .andFailFast()
        .await()
        .atMost(Duration.ofSeconds(20));
  }
}
