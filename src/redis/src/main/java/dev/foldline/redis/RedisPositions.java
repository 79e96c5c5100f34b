package dev.foldline.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Positions;
import io.vertx.mutiny.redis.client.Redis;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * Positions of subscriptions in Redis, one key each. They must be kept: a subscription whose
 * position is lost begins anew.
 *
 * <p>A bean, so that this module and a {@link Redis} bean are all that an application needs.
 */
@Singleton
public final class RedisPositions implements Positions {

  private static final Script ADVANCE = Script.named("advance.lua");
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final ReadModels models;

  /** With a time-out of five seconds for each call. */
  @Inject
  public RedisPositions(Redis redis) {
    this.models = new ReadModels(redis, new ObjectMapper(), TIMEOUT);
  }

  @Override
  public CompletionStage<OptionalLong> load(String subscription) {
    return models
        .send(List.of(new Command("GET").arg(key(subscription))))
        .map(List::getFirst)
        .map(
            saved ->
                saved == null
                    ? OptionalLong.empty()
                    : OptionalLong.of(Long.parseLong(saved.toString())))
        .subscribeAsCompletionStage();
  }

  @Override
  public CompletionStage<Void> save(String subscription, long position) {
    return models
        .send(
            List.of(
                new Command(ADVANCE, List.of(key(subscription)), List.of(Long.toString(position)))))
        .replaceWithVoid()
        .subscribeAsCompletionStage();
  }

  private static String key(String subscription) {
    return "foldline:position:" + subscription;
  }
}
