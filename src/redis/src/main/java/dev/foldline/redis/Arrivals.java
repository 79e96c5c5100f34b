package dev.foldline.redis;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.RedisConnection;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Wakes who waits for a document when some instance writes it.
 *
 * <p>Who waits says so in Redis, then looks, then sleeps; the script that writes documents tells
 * the channel only while someone does. So nothing is missed, nothing is polled, and without anyone
 * waiting there is no message. One connection listens for the whole instance, from the first wait
 * on; it must hear, from time to time, what the instance itself tells the channel, or it is
 * replaced. Whoever has waited in vain looks once more before it gives up.
 */
final class Arrivals {

  private static final int MAX_WAITING = 10_000;
  private static final Duration PROBE = Duration.ofSeconds(5);

  private final ReadModels models;
  private final String channel;
  private final Duration probe;
  private final Map<String, Set<Sleeper>> sleepers = new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private @Nullable Line line;

  Arrivals(ReadModels models) {
    this(models, PROBE);
  }

  /**
   * @param probe after which it is found out, each time, whether the connection still listens
   */
  Arrivals(ReadModels models, Duration probe) {
    this.models = models;
    this.channel = Layout.prefix(models.namespace()) + "written";
    this.probe = probe;
  }

  /** One who waits; what wakes it, it sets anew before each look. */
  private static final class Sleeper {

    private volatile CompletableFuture<Void> alarm = new CompletableFuture<>();

    CompletableFuture<Void> set() {
      CompletableFuture<Void> fresh = new CompletableFuture<>();
      alarm = fresh;
      return fresh;
    }

    void wake() {
      alarm.complete(null);
    }
  }

  /**
   * Waits until a condition holds that a write of a document may bring about.
   *
   * @param document its key, a blank, and its stream, as the script tells them
   * @param announcement says in Redis that someone waits for it
   * @return whether it held within the limit, to which the last look may add as much again; false
   *     at once where too many wait already
   */
  Uni<Boolean> await(
      String document, Command announcement, Supplier<Uni<Boolean>> condition, Duration limit) {
    return Uni.createFrom()
        .deferred(
            () -> {
              if (waiting.incrementAndGet() > MAX_WAITING) {
                waiting.decrementAndGet();
                return Uni.createFrom().item(false);
              }
              Sleeper sleeper = new Sleeper();
              enter(document, sleeper);
              return look(sleeper, announcement, condition)
                  .ifNoItem()
                  .after(limit)
                  .recoverWithUni(() -> lookOnce(condition, limit))
                  .onTermination()
                  .invoke(() -> leave(document, sleeper));
            })
        .emitOn(ReadModels.callersContext());
  }

  private Uni<Boolean> look(
      Sleeper sleeper, Command announcement, Supplier<Uni<Boolean>> condition) {
    CompletableFuture<Void> alarm = sleeper.set();
    return listen()
        .chain(() -> models.send(List.of(announcement)))
        .chain(condition::get)
        .chain(
            holds ->
                holds
                    ? Uni.createFrom().item(true)
                    : Uni.createFrom()
                        .completionStage(alarm)
                        .chain(() -> look(sleeper, announcement, condition)));
  }

  private static Uni<Boolean> lookOnce(Supplier<Uni<Boolean>> condition, Duration limit) {
    return condition.get().ifNoItem().after(limit).recoverWithItem(false);
  }

  private void enter(String document, Sleeper sleeper) {
    sleepers.compute(
        document,
        (_, all) -> {
          Set<Sleeper> now = all == null ? ConcurrentHashMap.newKeySet() : all;
          now.add(sleeper);
          return now;
        });
  }

  private void leave(String document, Sleeper sleeper) {
    waiting.decrementAndGet();
    sleepers.computeIfPresent(
        document,
        (_, all) -> {
          all.remove(sleeper);
          return all.isEmpty() ? null : all;
        });
  }

  /** The connection that listens; a new one after it was lost. */
  private synchronized Uni<RedisConnection> listen() {
    if (line == null) {
      line = new Line();
    }
    return line.up;
  }

  /** Everyone looks again, and so listens anew. */
  private void lost(Line which) {
    synchronized (this) {
      if (line != which) {
        return;
      }
      line = null;
    }
    sleepers.values().forEach(all -> all.forEach(Sleeper::wake));
  }

  /** Has it made anew: it may be dead without a word. */
  void renew() {
    @Nullable Line now;
    synchronized (this) {
      now = line;
    }
    if (now != null) {
      now.up.subscribe().with(now::end, _ -> {});
    }
  }

  /** One connection that listens, from its opening to its end, which several may report. */
  private final class Line {

    /** What it hears from itself. */
    private final String me = UUID.randomUUID().toString();

    private final CompletableFuture<Void> confirmed = new CompletableFuture<>();
    private volatile CompletableFuture<Void> heard = new CompletableFuture<>();
    private final Uni<RedisConnection> up =
        models
            .connect()
            .call(this::subscribe)
            .invoke(this::probe)
            .onFailure()
            .invoke(() -> lost(this))
            .onFailure()
            .transform(Failures::of)
            .memoize()
            .indefinitely();

    /** That it is sent is not enough: what is written before it arrives is not told. */
    private Uni<Void> subscribe(RedisConnection connection) {
      connection.handler(this::told);
      connection.exceptionHandler(_ -> end(connection));
      connection.endHandler(() -> lost(this));
      return connection
          .send(Request.cmd(io.vertx.mutiny.redis.client.Command.SUBSCRIBE).arg(channel))
          .chain(() -> Uni.createFrom().completionStage(confirmed))
          .ifNoItem()
          .after(models.timeout())
          .fail()
          .onFailure()
          .invoke(() -> end(connection));
    }

    private void told(Response message) {
      String kind = message.size() == 3 ? message.get(0).toString() : "";
      if (kind.equals("subscribe")) {
        confirmed.complete(null);
      } else if (kind.equals("message")) {
        String what = message.get(2).toString();
        if (what.equals(me)) {
          heard.complete(null);
        }
        sleepers.getOrDefault(what, Set.of()).forEach(Sleeper::wake);
      }
    }

    /** What went silent, without a word, would never wake anybody again. */
    private void probe(RedisConnection connection) {
      Uni.createFrom()
          .voidItem()
          .onItem()
          .delayIt()
          .by(probe)
          .chain(this::hearOneself)
          .subscribe()
          .with(_ -> probeUnlessLost(connection), _ -> end(connection));
    }

    /** Fails only if it is not heard what Redis has told; what can't be told says nothing. */
    private Uni<Void> hearOneself() {
      CompletableFuture<Void> expected = new CompletableFuture<>();
      heard = expected;
      return models
          .send(List.of(new Command("PUBLISH").arg(channel).arg(me)))
          .onItem()
          .invoke(() -> expected.orTimeout(models.timeout().toMillis(), TimeUnit.MILLISECONDS))
          .onFailure()
          .invoke(() -> expected.complete(null))
          .onItemOrFailure()
          .transformToUni((_, _) -> Uni.createFrom().completionStage(expected));
    }

    private void probeUnlessLost(RedisConnection connection) {
      synchronized (Arrivals.this) {
        if (line != this) {
          return;
        }
      }
      probe(connection);
    }

    private void end(RedisConnection connection) {
      lost(this);
      connection.closeAndForget();
    }
  }
}
