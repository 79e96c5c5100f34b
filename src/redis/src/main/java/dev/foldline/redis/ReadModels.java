package dev.foldline.redis;

import static io.vertx.mutiny.redis.client.Command.SUNSUBSCRIBE;
import static io.vertx.mutiny.redis.client.Command.UNSUBSCRIBE;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Away;
import dev.foldline.core.Namespace;
import dev.foldline.core.Outage;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.RedisConnection;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The Redis that read models are kept in: one for an application.
 *
 * <p>Each call is one pipeline on one connection, with a time-out. It fails with {@link
 * Unavailable} if Redis is away, or in a state in which it can't do it; with another exception if
 * Redis refuses what it is asked, which is a bug. A connection that did not answer is closed.
 * Answers come back on the caller's Vert.x context, if it has one. Safe for use by many threads.
 *
 * <p>Vert.x greets Redis by each new connection, and asks sentinels and clusters who is there,
 * without a time-out: give the client a {@linkplain
 * io.vertx.core.net.NetClientOptions#setReadIdleTimeout read idle time-out}.
 */
public final class ReadModels {

  /** Of a connection that answers, and goes by no key. */
  private static final List<Command> NONE = List.of(new Command("PING"));

  /** For a connection that may be dead to say that it is not. */
  private static final Duration SHORT = Duration.ofMillis(300);

  private final Redis redis;
  private final ObjectMapper json;
  private final Duration timeout;
  private final Namespace namespace;
  private final Outage outage = new Outage("Redis");

  /** How many connections are used now. */
  private final AtomicInteger used = new AtomicInteger();

  /** How many were at a time: the pool has no more. */
  private final AtomicInteger pooled = new AtomicInteger();

  /**
   * @param redis stand-alone, with sentinels, or a cluster
   * @param json writes documents and reads them; fields a document does not know are ignored, so
   *     that it may lose one
   * @param timeout of each call
   * @param namespace of the application, with which its keys begin
   */
  public ReadModels(Redis redis, ObjectMapper json, Duration timeout, Namespace namespace) {
    this.redis = redis;
    this.json = json.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    this.timeout = timeout;
    this.namespace = namespace;
  }

  /** Of the application. */
  public Namespace namespace() {
    return namespace;
  }

  /** Where a build of a projection is. */
  Layout layout(Projection<?> projection, String build) {
    return new Layout(namespace, projection.name(), build);
  }

  /** Completes when Redis answers. */
  public Uni<Void> ping() {
    return send(List.of(new Command("PING"))).replaceWithVoid();
  }

  /**
   * Has all connections made anew that are in the pool: after this process stood still they may be
   * dead without a word.
   *
   * @return completes once none of them is used any more; does not fail
   */
  public Uni<Void> renew() {
    List<Uni<Void>> left =
        IntStream.range(0, pooled.getAndSet(0))
            .mapToObj(_ -> redis.connect().chain(connection -> discard(connection, NONE, SHORT)))
            .toList();
    return left.isEmpty()
        ? Uni.createFrom().voidItem()
        : Uni.join()
            .all(left)
            .andCollectFailures()
            .ifNoItem()
            .after(SHORT.multipliedBy(2))
            .fail()
            .replaceWithVoid()
            .onFailure()
            .recoverWithNull();
  }

  /** Of each call. */
  Duration timeout() {
    return timeout;
  }

  /** A connection of one's own; one that comes too late is closed. */
  Uni<RedisConnection> connect() {
    Uni<RedisConnection> asked = redis.connect().memoize().indefinitely();
    return asked
        .ifNoItem()
        .after(timeout)
        .fail()
        .onFailure(TimeoutException.class)
        .invoke(() -> asked.subscribe().with(RedisConnection::closeAndForget, _ -> {}));
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
        .invoke(outage::over)
        .onFailure()
        .transform(this::heard)
        .emitOn(callersContext());
  }

  /**
   * A connection that is asked for arrives, also after its caller has given up: so the asking is
   * never cancelled, and the connection goes back whenever it is there.
   */
  private Uni<List<Response>> sendOnOne(Uni<RedisConnection> connected, List<Command> commands) {
    AtomicReference<@Nullable RedisConnection> taken = new AtomicReference<>();
    int inUse = used.incrementAndGet();
    pooled.accumulateAndGet(inUse, Math::max);
    return connected
        .invoke(taken::set)
        .chain(connection -> send(connection, commands))
        .ifNoItem()
        .after(timeout)
        .fail()
        .onTermination()
        .invoke(
            (_, failure, _) -> {
              used.decrementAndGet();
              RedisConnection broken = taken.get();
              if (broken == null || failure == null || Failures.spares(failure)) {
                connected.subscribe().with(RedisConnection::closeAndForget, _ -> {});
              } else {
                discard(broken, commands, timeout).subscribe().with(_ -> {}, _ -> {});
              }
            });
  }

  /**
   * Closes a connection, on each node of a cluster that the commands went to. Vert.x would give it
   * back to its pool, whatever it is like, unless it was used to listen; so it is.
   */
  private static Uni<Void> discard(
      RedisConnection connection, List<Command> commands, Duration limit) {
    connection.handler(_ -> {});
    return Uni.join()
        .all(
            commands.stream()
                .map(Command::key)
                .distinct()
                .map(key -> connection.send(unsubscribe(key)))
                .toList())
        .andCollectFailures()
        .ifNoItem()
        .after(limit)
        .fail()
        .onItemOrFailure()
        .invoke((_, _) -> connection.closeAndForget())
        .replaceWithVoid();
  }

  private static Request unsubscribe(Optional<String> key) {
    return key.map(found -> Request.cmd(SUNSUBSCRIBE).arg(found))
        .orElseGet(() -> Request.cmd(UNSUBSCRIBE));
  }

  /** The log has the details that callers are not told. */
  private RuntimeException heard(Throwable failure) {
    RuntimeException meant = Failures.of(failure);
    if (meant instanceof Away) {
      outage.goesOn(Failures.first(failure).toString());
    }
    return meant;
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
