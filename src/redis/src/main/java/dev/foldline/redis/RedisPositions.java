package dev.foldline.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Namespace;
import dev.foldline.core.Positions;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.Response;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Positions of subscriptions in Redis, one key each. They must be kept: a subscription whose
 * position is lost begins anew. One that is kept in the form of an earlier build is refused.
 *
 * <p>A bean, so that this module and a {@link Redis} bean are all that an application needs.
 */
@Singleton
public final class RedisPositions implements Positions {

  private static final Script ADVANCE = Script.named("advance.lua");
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final ReadModels models;

  /** As the application's read models are kept, or without a namespace where it has none. */
  @Inject
  RedisPositions(Redis redis, Instance<ReadModels> models) {
    this(
        models.isResolvable()
            ? models.get()
            : new ReadModels(redis, new ObjectMapper(), TIMEOUT, Namespace.NONE));
  }

  public RedisPositions(ReadModels models) {
    this.models = models;
  }

  @Override
  public CompletionStage<OptionalLong> load(String subscription) {
    String unnumbered = "foldline:position:" + subscription;
    return models
        .send(
            List.of(
                new Command("GET").arg(key(subscription)), new Command("EXISTS").arg(unnumbered)))
        .map(
            answers -> {
              @Nullable Response saved = answers.getFirst();
              if (saved != null) {
                return OptionalLong.of(Long.parseLong(saved.toString()));
              }
              if ("1".equals(String.valueOf(answers.getLast()))) {
                throw new IllegalStateException(
                    "the position of "
                        + subscription
                        + " is kept in the form of an earlier build, under the key "
                        + unnumbered
                        + ": rename it to "
                        + key(subscription)
                        + " to go on from there, or remove it to begin anew");
              }
              return OptionalLong.empty();
            })
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

  private String key(String subscription) {
    return Layout.prefix(models.namespace()) + "position:" + subscription;
  }
}
