package dev.foldline.quarkus;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;

/**
 * Vert.x greets Redis by each new connection, and asks sentinels and clusters who is in charge, and
 * waits for ever if such a connection went silent: so one of the default client, which Foldline
 * uses, is closed when it hears nothing for a while. {@code quarkus.redis.tcp.read-idle-timeout}
 * says otherwise.
 */
@Singleton
class RedisReadTimeout implements RedisOptionsCustomizer {

  private static final int SECONDS = 30;

  @Override
  public void customize(String client, RedisOptions options) {
    NetClientOptions tcp = options.getNetClientOptions();
    if (client.equals(RedisConfig.DEFAULT_CLIENT_NAME) && tcp.getReadIdleTimeout() == 0) {
      tcp.setReadIdleTimeout((int) tcp.getIdleTimeoutUnit().convert(SECONDS, TimeUnit.SECONDS));
    }
  }
}
