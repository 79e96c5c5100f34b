package dev.foldline.quarkus;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;

/**
 * Where there are sentinels or a cluster, Vert.x asks them who is in charge, and waits for ever if
 * such a connection went silent: so one that hears nothing for a while is closed. {@code
 * quarkus.redis.tcp.read-idle-timeout} says otherwise.
 */
@Singleton
class RedisTopologyTimeout implements RedisOptionsCustomizer {

  private static final int SECONDS = 30;

  @Override
  public void customize(String client, RedisOptions options) {
    NetClientOptions tcp = options.getNetClientOptions();
    if (options.getType() != RedisClientType.STANDALONE && tcp.getReadIdleTimeout() == 0) {
      tcp.setReadIdleTimeout((int) tcp.getIdleTimeoutUnit().convert(SECONDS, TimeUnit.SECONDS));
    }
  }
}
