package dev.foldline.reactions;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Activity;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Namespace;
import dev.foldline.core.NotFound;
import dev.foldline.core.Performs;
import dev.foldline.core.Reaction;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.eventstoredb.commands.CommandListener;
import dev.foldline.eventstoredb.commands.CommandOptions;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.reactions.ReactionRunner.Duty;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.RedisSnapshots;
import io.vertx.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** An instance of an application with reactions. */
final class Application implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();
  private final EventStore store;
  private final StoreClock clock;
  private final EventCodec codec;
  private final CommandHandler commands;
  private final Namespace namespace;
  private final Map<Activity<?, ?>, Performs<?, ?>> performers = new HashMap<>();
  private final List<ReactionRunner<?>> runners = new ArrayList<>();

  private final ReadModels models;
  private String artifact = "reactions-test";

  Application(
      String connectionString, String redis, Namespace namespace, List<Category<?>> categories) {
    this.store = new EventStore(connectionString, Duration.ofSeconds(5));
    this.clock = new StoreClock(store, namespace);
    this.codec = new EventCodec(categories);
    this.namespace = namespace;
    this.models =
        new ReadModels(
            Redis.createClient(
                io.vertx.mutiny.core.Vertx.newInstance(vertx),
                new RedisOptions().setConnectionString(redis)),
            new ObjectMapper(),
            Duration.ofSeconds(3),
            namespace);
    this.commands =
        new CommandHandler(
            store.streams(),
            codec,
            new RedisSnapshots(models, Duration.ofHours(1)),
            () -> CommandContext.NONE,
            new CommandOptions(
                20, 10_000, 1_000, 100, 10_000, 1_000, Duration.ofHours(1), 4, Set.of()),
            new CommandListener() {});
  }

  /** Another application. */
  Application as(String other) {
    artifact = other;
    return this;
  }

  <I, O> Application performing(Activity<I, O> activity, Performs<I, O> performs) {
    performers.put(activity, performs);
    return this;
  }

  <E> ReactionRunner<E> run(Reaction<E> reaction) {
    return run(reaction, ReactionTiming.DEFAULT);
  }

  <E> ReactionRunner<E> run(Reaction<E> reaction, ReactionTiming timing) {
    return run(reaction, timing, EnumSet.allOf(Duty.class));
  }

  /** A part of what there is to do. */
  <E> ReactionRunner<E> run(Reaction<E> reaction, Set<Duty> duties) {
    return run(reaction, ReactionTiming.DEFAULT, duties);
  }

  private <E> ReactionRunner<E> run(Reaction<E> reaction, ReactionTiming timing, Set<Duty> duties) {
    ReactionRunner<E> runner =
        new ReactionRunner<>(
            new Engine(
                vertx,
                store,
                codec,
                commands,
                models,
                namespace,
                "dev.foldline:" + artifact,
                clock,
                this::performer,
                timing),
            reaction);
    runners.add(runner);
    runner.start(duties);
    return runner;
  }

  private Performs<?, ?> performer(Activity<?, ?> activity) {
    return Optional.ofNullable(performers.get(activity))
        .orElseThrow(() -> new NotFound("nobody does " + activity));
  }

  <C> Receipt handle(Decider<C, ?, ?> decider, C command) {
    return commands.handle(decider, command).await().atMost(LIMIT);
  }

  EventStore store() {
    return store;
  }

  /** What a stream holds, as far as it can be read. */
  List<Recorded<StoredEvent>> stream(String stream) {
    return store.remaining(stream, 0, 4_000).await().atMost(LIMIT);
  }

  /** The types of what a stream holds. */
  List<String> types(String stream) {
    return stream(stream).stream().map(event -> event.event().type()).toList();
  }

  @Override
  public void close() {
    runners.forEach(runner -> runner.stop(Duration.ZERO).await().atMost(LIMIT));
    store.close();
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
