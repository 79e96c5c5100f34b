package dev.foldline.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RedisReadTimeoutTest {

  private static int customized(String client, RedisOptions options) {
    new RedisReadTimeout().customize(client, options);
    return options.getNetClientOptions().getReadIdleTimeout();
  }

  @ParameterizedTest
  @EnumSource
  void is_there_for_every_kind_of_redis_in_its_unit(RedisClientType type) {
    assertThat(customized("<default>", new RedisOptions().setType(type))).isEqualTo(30);

    RedisOptions inMillis = new RedisOptions().setType(type);
    inMillis.getNetClientOptions().setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    assertThat(customized("<default>", inMillis)).isEqualTo(30_000);
  }

  @Test
  void is_not_there_for_other_clients_nor_where_there_is_one() {
    assertThat(customized("cache", new RedisOptions())).isZero();

    RedisOptions own = new RedisOptions();
    own.getNetClientOptions().setReadIdleTimeout(7);
    assertThat(customized("<default>", own)).isEqualTo(7);
  }
}
