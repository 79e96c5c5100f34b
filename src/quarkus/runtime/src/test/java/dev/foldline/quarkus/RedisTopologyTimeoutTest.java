package dev.foldline.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RedisTopologyTimeoutTest {

  private static int customized(RedisOptions options) {
    new RedisTopologyTimeout().customize("<default>", options);
    return options.getNetClientOptions().getReadIdleTimeout();
  }

  @Test
  void isThereForSentinelsAndClusters_inTheirUnit() {
    RedisOptions cluster = new RedisOptions().setType(RedisClientType.CLUSTER);
    assertThat(customized(cluster)).isEqualTo(30);

    RedisOptions sentinels = new RedisOptions().setType(RedisClientType.SENTINEL);
    sentinels.getNetClientOptions().setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    assertThat(customized(sentinels)).isEqualTo(30_000);
  }

  @Test
  void isNotThereForASingleRedis_norWhereThereIsOne() {
    assertThat(customized(new RedisOptions())).isZero();

    RedisOptions own = new RedisOptions().setType(RedisClientType.CLUSTER);
    own.getNetClientOptions().setReadIdleTimeout(7);
    assertThat(customized(own)).isEqualTo(7);
  }
}
