package dev.foldline.redis;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.RedisConnection;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The Redis that read models are kept in: one for an application.
 *
 * <p>Each call is one pipeline on one connection, with a time-out; whatever goes wrong in it is
 * {@link Unavailable}. Answers come back on the caller's Vert.x context, if it has one. Safe for
 * use by many threads.
 */
public final class ReadModels {

  private final Redis redis;
  private final ObjectMapper json;
  private final Duration timeout;

  /**
   * @param redis stand-alone, with sentinels, or a cluster
   * @param json writes documents and reads them; fields a document does not know are ignored, so
   *     that it may lose one
   * @param timeout of each call
   */
  public ReadModels(Redis redis, ObjectMapper json, Duration timeout) {
    this.redis = redis;
    this.json = json.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    this.timeout = timeout;
  }

  /** Completes when Redis answers. */
  public Uni<Void> ping() {
    return send(List.of(new Command("PING"))).replaceWithVoid();
  }

  /** Of each call. */
  Duration timeout() {
    return timeout;
  }

  /** A connection of one's own. */
  Uni<RedisConnection> connect() {
    return redis.connect();
  }

  /**
   * All answers, in the order of the commands; null where Redis has nothing. The order in which
   * they take effect is open.
   */
  Uni<List<Response>> send(List<Command> commands) {
    if (commands.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    return Uni.createFrom()
        .deferred(() -> sendOnOne(redis.connect().memoize().indefinitely(), commands))
        .ifNoItem()
        .after(timeout)
        .fail()
        .onFailure()
        .transform(ReadModels::translate)
        .emitOn(callersContext());
  }

  /**
   * A connection that is asked for arrives, also after its caller has given up: so the asking is
   * never cancelled, and the connection goes back whenever it is there.
   */
  private static Uni<List<Response>> sendOnOne(
      Uni<RedisConnection> memoized, List<Command> commands) {
    return memoized
        .chain(connection -> send(connection, commands))
        .onTermination()
        .invoke(() -> memoized.subscribe().with(RedisConnection::closeAndForget, _ -> {}));
  }

  private static Uni<List<Response>> send(RedisConnection connection, List<Command> commands) {
    List<Uni<Response>> answers =
        commands.stream().map(command -> send(connection, command)).toList();
    return Uni.join().all(answers).andCollectFailures();
  }

  private static Uni<Response> send(RedisConnection connection, Command command) {
    var answer = connection.send(command.request());
    @Nullable Request fallback = command.ifScriptUnknown();
    if (fallback != null) {
      answer =
          answer
              .onFailure(failure -> String.valueOf(failure.getMessage()).startsWith("NOSCRIPT"))
              .recoverWithUni(() -> connection.send(fallback));
    }
    return answer.map(found -> found == null ? null : found.getDelegate());
  }

  static Throwable translate(Throwable failure) {
    return new Unavailable(
        failure instanceof io.smallrye.mutiny.TimeoutException
            ? "Redis did not answer in time"
            : "Redis is away: " + failure.getMessage());
  }

  static Executor callersContext() {
    Context context = Vertx.currentContext();
    return context == null ? Runnable::run : task -> context.runOnContext(_ -> task.run());
  }

  String write(@Nullable Object document) {
    try {
      return json.writeValueAsString(document);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("a document can't be written as JSON", e);
    }
  }

  <D> @Nullable D read(String document, Class<D> type) {
    try {
      return json.readValue(document, type);
    } catch (JacksonException e) {
      throw new IllegalStateException("a stored document is no " + type.getName(), e);
    }
  }
}
