package dev.foldline.embedded.persistent;

import dev.foldline.embedded.grpc.Errors;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.security.AccessPolicy;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All groups of the store: creates, updates and deletes them, wakes them on commits and each
 * second.
 *
 * <p>Methods that change groups wait for the log, one at a time; the others never wait.
 */
public final class PersistentSubscriptions implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(PersistentSubscriptions.class);
  private static final int STOP_SECONDS = 5;

  private final EventLog log;
  private final ConfigStream configStream;
  private final Executor executor = Thread.ofVirtual().name("foldline-group")::start;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("foldline-subscription-tick").factory());
  private final ReentrantLock changes = new ReentrantLock();
  private final RunningGroups groups = new RunningGroups();
  private EventLog.@Nullable Subscription commits;

  /** The groups that there are, as last saved; changed by one thread at a time. */
  private List<GroupConfig> configs = List.of();

  /** Whether a group could not be started, which the next tick tries again. */
  private volatile boolean incomplete;

  private volatile boolean closed;

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
    commits = log.onCommit(groups::committed);
    configs = configStream.load();
    configs.forEach(config -> run(prepared(config)));
    var _ = ticker.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  /** The service over these groups, to be registered with a server. */
  public BindableService service(AccessPolicy policy) {
    return () ->
        ServerInterceptors.intercept(
            new PersistentSubscriptionsService(this, policy), new ConnectionName());
  }

  /** Where what waits for the log may run. */
  Executor executor() {
    return executor;
  }

  RunningGroups groups() {
    return groups;
  }

  // Managing.

  void create(GroupConfig config) {
    change(
        () -> {
          if (groups.find(config.key()) != null) {
            throw Errors.persistentSubscriptionExists(config.key().stream(), config.key().group());
          }
          validate(config);
          configStream.describe();
          var created = prepared(begun(config));
          var more = new ArrayList<>(configs);
          more.add(created.config());
          save(more);
          run(created);
        });
  }

  void update(GroupConfig config) {
    change(
        () -> {
          var running = groups.get(config.key());
          validate(config);
          configStream.describe();
          var updated =
              begun(
                  new GroupConfig(
                      config.key(), running.config().filter(), config.start(), config.settings()));
          var changed = new ArrayList<>(configs);
          changed.replaceAll(other -> other.key().equals(config.key()) ? updated : other);
          save(changed);
          drop(List.of(running));
          startStopped();
        });
  }

  void delete(GroupKey key) {
    change(
        () -> {
          var running = groups.get(key);
          save(configs.stream().filter(config -> !config.key().equals(key)).toList());
          groups.remove(key);
          drop(List.of(running));
          running.streams().delete().join();
        });
  }

  /** Drops all consumers and starts all groups from what is saved; returns at once. */
  void restart() {
    inBackground(
        () -> {
          configs = configStream.load();
          var running = groups.all();
          drop(running);
          var keys = configs.stream().map(GroupConfig::key).collect(Collectors.toSet());
          running.stream()
              .map(subscription -> subscription.config().key())
              .filter(key -> !keys.contains(key))
              .forEach(groups::remove);
          startStopped();
        });
  }

  private void inBackground(Runnable change) {
    executor.execute(
        () -> {
          try {
            change(change);
          } catch (RuntimeException e) {
            if (!closed) {
              LOG.error("The groups could not be restarted", e);
            }
          }
        });
  }

  private void change(Runnable change) {
    changes.lock();
    try {
      if (closed) {
        throw Errors.unavailable();
      }
      change.run();
    } finally {
      changes.unlock();
    }
  }

  private void save(List<GroupConfig> changed) {
    configStream.save(changed);
    configs = List.copyOf(changed);
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
        ? config.startingAfter(GroupSource.end(log, config.key()).join())
        : config;
  }

  private static StatusRuntimeException failed(GroupKey key, String reason) {
    return Errors.persistentSubscriptionFailed(key.stream(), key.group(), reason);
  }

  private static StatusRuntimeException dropped(GroupKey key) {
    return Errors.persistentSubscriptionDropped(key.stream(), key.group());
  }

  /** Until a group runs again, the one that was stopped stands for it, so that it is known. */
  private void startStopped() {
    incomplete = false;
    for (var config : configs) {
      var known = groups.find(config.key());
      if (known == null || known.isStopped()) {
        try {
          run(prepared(config));
        } catch (RuntimeException e) {
          incomplete = true;
          LOG.warnf(
              e,
              "The group %s could not be started, and will be again",
              config.key().subscriptionId());
        }
      }
    }
  }

  private PersistentSubscription prepared(GroupConfig config) {
    var streams = new GroupStreams(log, config.key());
    streams.recoverReplays();
    return new PersistentSubscription(log, config, streams.checkpoint().join(), executor);
  }

  private void run(PersistentSubscription subscription) {
    groups.add(subscription);
    subscription.start();
  }

  private void tick() {
    groups.all().forEach(PersistentSubscription::tick);
    if (incomplete) {
      inBackground(this::startStopped);
    }
  }

  private static void drop(Collection<PersistentSubscription> subscriptions) {
    stop(subscriptions, subscription -> dropped(subscription.config().key()));
  }

  private interface Reason {
    StatusRuntimeException of(PersistentSubscription subscription);
  }

  /** What can't be parked again now is when the group is next started. */
  private static void stop(Collection<PersistentSubscription> subscriptions, Reason reason) {
    CompletableFuture.allOf(
            subscriptions.stream()
                .map(subscription -> subscription.stop(reason.of(subscription)))
                .toArray(CompletableFuture<?>[]::new))
        .completeOnTimeout(null, STOP_SECONDS, TimeUnit.SECONDS)
        .exceptionally(
            failure -> {
              LOG.warn("Not all that was being replayed could be parked again", failure);
              return null;
            })
        .join();
  }

  /**
   * Ends all calls with UNAVAILABLE, behind a change that is under way; nothing uses the log any
   * more. The log must still be open.
   */
  @Override
  public void close() {
    if (commits != null) {
      commits.close();
    }
    ticker.shutdownNow();
    changes.lock();
    try {
      closed = true;
      stop(groups.all(), _ -> Errors.unavailable());
    } finally {
      changes.unlock();
    }
  }
}
