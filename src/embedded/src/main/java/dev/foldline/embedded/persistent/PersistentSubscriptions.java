package dev.foldline.embedded.persistent;

import dev.foldline.embedded.grpc.Errors;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.StreamNames;
import dev.foldline.embedded.security.Guard;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All groups of the store: creates, updates and deletes them, wakes them on commits and each
 * second.
 *
 * <p>Methods that change groups wait for the log, one at a time; the others never wait.
 */
public final class PersistentSubscriptions implements AutoCloseable {
  private static final int FORMER_STREAMS = 1_000;
  private static final int STOP_SECONDS = 5;

  private final EventLog log;
  private final ConfigStream configStream;
  private final Executor executor = Thread.ofVirtual().name("foldline-group")::start;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("foldline-subscription-tick").factory());
  private final ReentrantLock changes = new ReentrantLock();
  private final Map<String, Map<String, PersistentSubscription>> byStream =
      new ConcurrentHashMap<>();

  /**
   * Streams that had a group, as long as that many are remembered: they are known, though they have
   * none.
   */
  private final Set<String> formerStreams =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                  return size() > FORMER_STREAMS;
                }
              }));

  private EventLog.@Nullable Subscription commits;

  private PersistentSubscriptions(EventLog log) {
    this.log = log;
    this.configStream = new ConfigStream(log);
  }

  /** Starts every group that the log knows of. */
  public static PersistentSubscriptions open(EventLog log) {
    var subscriptions = new PersistentSubscriptions(log);
    try {
      subscriptions.start();
    } catch (RuntimeException e) {
      subscriptions.close();
      throw e;
    }
    return subscriptions;
  }

  private void start() {
    commits = log.onCommit(this::committed);
    configStream.load().forEach(this::run);
    var _ =
        ticker.scheduleAtFixedRate(
            () -> all().forEach(PersistentSubscription::tick), 1, 1, TimeUnit.SECONDS);
  }

  /** The service over these groups, to be registered with a server. */
  public BindableService service(Guard guard) {
    return () ->
        ServerInterceptors.intercept(
            new PersistentSubscriptionsService(this, guard), new ConnectionName());
  }

  /** Where what waits for the log may run. */
  Executor executor() {
    return executor;
  }

  // Managing.

  void create(GroupConfig config) {
    change(
        () -> {
          if (find(config.key()) != null) {
            throw Errors.persistentSubscriptionExists(config.key().stream(), config.key().group());
          }
          validate(config);
          configStream.describe();
          var created = begun(config);
          var configs = configs();
          configs.add(created);
          configStream.save(configs);
          run(created);
        });
  }

  void update(GroupConfig config) {
    change(
        () -> {
          var running = get(config.key());
          validate(config);
          configStream.describe();
          var updated =
              begun(
                  new GroupConfig(
                      config.key(), running.config().filter(), config.start(), config.settings()));
          var configs = configs();
          configs.replaceAll(other -> other.key().equals(config.key()) ? updated : other);
          configStream.save(configs);
          running.stop(dropped(config.key())).join();
          run(updated);
        });
  }

  void delete(GroupKey key) {
    change(
        () -> {
          var running = get(key);
          var configs = configs();
          configs.removeIf(config -> config.key().equals(key));
          configStream.save(configs);
          forget(key);
          running.stop(dropped(key)).join();
          running.streams().delete().join();
        });
  }

  /** Drops all consumers and starts all groups from what is saved. */
  void restart() {
    change(
        () -> {
          var running = all();
          running.forEach(subscription -> forget(subscription.config().key()));
          stop(running, subscription -> dropped(subscription.config().key()));
          configStream.load().forEach(this::run);
        });
  }

  private void change(Runnable change) {
    changes.lock();
    try {
      change.run();
    } finally {
      changes.unlock();
    }
  }

  private void validate(GroupConfig config) {
    var key = config.key();
    var settings = config.settings();
    if (settings.readBatchSize() >= settings.historyBufferSize()) {
      throw failed(key, "The read batch size must be less than the history buffer size");
    }
    if (key.isAll() && config.start().commit() > log.lastPosition()) {
      throw failed(key, "The start position lies beyond the end of the log");
    }
  }

  /** The end is where the source ends before the group is saved: one of $all sees that happen. */
  private GroupConfig begun(GroupConfig config) {
    return config.start().isEnd()
        ? config.startingAfter(Source.end(log, config.key()).join())
        : config;
  }

  private static StatusRuntimeException failed(GroupKey key, String reason) {
    return Errors.persistentSubscriptionFailed(key.stream(), key.group(), reason);
  }

  private static StatusRuntimeException dropped(GroupKey key) {
    return Errors.persistentSubscriptionDropped(key.stream(), key.group());
  }

  private void run(GroupConfig config) {
    var streams = new GroupStreams(log, config.key());
    streams.recoverReplays();
    var checkpoint = streams.checkpoint().join();
    var subscription = new PersistentSubscription(log, config, checkpoint, executor);
    byStream
        .computeIfAbsent(config.key().stream(), _ -> new ConcurrentHashMap<>())
        .put(config.key().group(), subscription);
    subscription.start();
  }

  private void forget(GroupKey key) {
    byStream.computeIfPresent(
        key.stream(),
        (_, groups) -> {
          groups.remove(key.group());
          return groups.isEmpty() ? null : groups;
        });
    formerStreams.add(key.stream());
  }

  // Finding.

  @Nullable PersistentSubscription find(GroupKey key) {
    return byStream.getOrDefault(key.stream(), Map.of()).get(key.group());
  }

  /**
   * A running group.
   *
   * @throws StatusRuntimeException if there is none of that name
   */
  PersistentSubscription get(GroupKey key) {
    var found = find(key);
    if (found == null) {
      throw Errors.persistentSubscriptionDoesNotExist(key.stream(), key.group());
    }
    return found;
  }

  List<PersistentSubscription> all() {
    return byStream.values().stream().flatMap(groups -> groups.values().stream()).toList();
  }

  /**
   * The groups of a stream.
   *
   * @throws StatusRuntimeException if it never had one
   */
  Collection<PersistentSubscription> of(String stream) {
    var groups = byStream.get(stream);
    if (groups == null && !formerStreams.contains(stream)) {
      throw Errors.persistentSubscriptionDoesNotExist(stream, "");
    }
    return groups == null ? List.of() : groups.values();
  }

  private List<GroupConfig> configs() {
    return new ArrayList<>(all().stream().map(PersistentSubscription::config).toList());
  }

  // Running.

  private void committed(List<LogEvent> events) {
    if (byStream.isEmpty()) {
      return;
    }
    byStream
        .getOrDefault(StreamNames.ALL, Map.of())
        .values()
        .forEach(group -> group.committed(events));
    var woken = Collections.<Map<?, ?>>newSetFromMap(new IdentityHashMap<>());
    for (var event : events) {
      var groups = byStream.get(event.stream());
      if (groups != null && woken.add(groups)) {
        groups.values().forEach(group -> group.committed(events));
      }
    }
  }

  private interface Reason {
    StatusRuntimeException of(PersistentSubscription subscription);
  }

  private static void stop(Collection<PersistentSubscription> subscriptions, Reason reason) {
    CompletableFuture.allOf(
            subscriptions.stream()
                .map(subscription -> subscription.stop(reason.of(subscription)))
                .toArray(CompletableFuture<?>[]::new))
        .completeOnTimeout(null, STOP_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  /** Ends all calls with UNAVAILABLE; the log must still be open. */
  @Override
  public void close() {
    if (commits != null) {
      commits.close();
    }
    ticker.shutdownNow();
    stop(all(), _ -> Errors.unavailable());
  }
}
