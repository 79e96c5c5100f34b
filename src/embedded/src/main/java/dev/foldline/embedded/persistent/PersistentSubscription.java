package dev.foldline.embedded.persistent;

import dev.foldline.embedded.grpc.Errors;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.persistent.GroupEffect.Deliver;
import dev.foldline.embedded.persistent.GroupEffect.Park;
import dev.foldline.embedded.persistent.GroupEffect.Read;
import dev.foldline.embedded.persistent.GroupEffect.ReadParked;
import dev.foldline.embedded.persistent.GroupEffect.TruncateParked;
import dev.foldline.embedded.persistent.GroupEffect.WriteCheckpoint;
import dev.foldline.embedded.persistent.GroupSource.Page;
import dev.foldline.embedded.persistent.GroupStreams.ParkedPage;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A running group: does for its {@link ConsumerGroup} what that decides, and tells it what came of
 * it. Everything about the group happens in its mailbox; the public methods may be called from any
 * thread and never wait.
 */
final class PersistentSubscription {
  private static final Logger LOG = Logger.getLogger(PersistentSubscription.class);

  private final GroupConfig config;
  private final GroupSource source;
  private final GroupStreams streams;
  private final ConsumerGroup group;
  private final Mailbox mailbox;
  private final Map<Consumer, Subscriber> subscribers = new HashMap<>();
  private final AtomicInteger committedWaiting = new AtomicInteger();
  private final AtomicBoolean missedWaiting = new AtomicBoolean();
  private boolean gone;
  private volatile @Nullable StatusRuntimeException stopped;

  PersistentSubscription(
      EventLog log, GroupConfig config, OptionalLong checkpoint, Executor executor) {
    this.config = config;
    this.source = new GroupSource(log, config);
    this.streams = new GroupStreams(log, config.key());
    this.group =
        new ConsumerGroup(
            config.settings(),
            checkpoint.orElse(config.start().after()),
            checkpoint,
            Instant.now());
    this.mailbox = new Mailbox(executor, this::act);
  }

  GroupConfig config() {
    return config;
  }

  GroupStreams streams() {
    return streams;
  }

  boolean isStopped() {
    return stopped != null;
  }

  // What happens.

  void start() {
    mailbox.execute(() -> {});
  }

  void tick() {
    mailbox.execute(() -> group.tick(Instant.now()));
  }

  /**
   * Events were committed, of this group's source or others. What it has no room for now it reads
   * later.
   */
  void committed(List<LogEvent> events) {
    if (committedWaiting.get() < config.settings().liveCapacity()) {
      committedWaiting.addAndGet(events.size());
      mailbox.execute(
          () -> {
            committedWaiting.addAndGet(-events.size());
            events.forEach(this::follow);
          });
    } else if (missedWaiting.compareAndSet(false, true)) {
      mailbox.execute(
          () -> {
            missedWaiting.set(false);
            group.missed();
          });
    }
  }

  private void follow(LogEvent event) {
    if (!source.contains(event) || !group.follows(source.position(event))) {
      return;
    }
    if (source.takes(event) && source.mustResolve(event)) {
      group.missed();
    } else {
      enter(ResolvedEvent.of(event));
    }
  }

  private void enter(ResolvedEvent event) {
    if (source.takes(event.original())) {
      group.enter(source.toGroupEvent(event));
    } else {
      group.skip(source.position(event.original()));
    }
  }

  /** Something a consumer does, on its thread of the transport. */
  void execute(Runnable task) {
    mailbox.executeHere(task);
  }

  void connect(Subscriber subscriber) {
    if (subscriber.hasLeft()) {
      return;
    }
    if (stopped != null) {
      subscriber.end(stopped);
    } else if (!group.connect(subscriber.consumer())) {
      subscriber.end(Errors.maximumSubscribersReached(config.key().stream(), config.key().group()));
    } else {
      subscribers.put(subscriber.consumer(), subscriber);
      subscriber.confirm(config.key().subscriptionId());
      if (gone) {
        dropAll(dropped());
      }
    }
  }

  void disconnect(Subscriber subscriber) {
    subscriber.leave();
    group.disconnect(subscriber.consumer());
    subscribers.remove(subscriber.consumer());
  }

  ConsumerGroup group() {
    return group;
  }

  /** Replays parked events, up to but without a revision of the parked stream. */
  void replayParked(long stopAt) {
    then(
        streams.parked(),
        parked -> group.replay(parked.from(), Math.min(stopAt, parked.until())),
        () -> {});
  }

  /** Something seen of the group, as of a moment between two steps. */
  <T> CompletableFuture<T> look(Function<ConsumerGroup, T> question) {
    return CompletableFuture.supplyAsync(() -> question.apply(group), mailbox);
  }

  List<Subscriber> subscribers() {
    return group.consumers().stream().map(subscribers::get).toList();
  }

  /**
   * Ends all calls and does nothing more. Replayed events that nobody acknowledged are parked
   * again, so that none is lost; the future completes when they are.
   */
  CompletableFuture<Void> stop(StatusRuntimeException reason) {
    return CompletableFuture.runAsync(
            () -> {
              stopped = reason;
              dropAll(reason);
            },
            mailbox)
        .thenCompose(_ -> parkUnsettledReplays());
  }

  private CompletableFuture<Void> parkUnsettledReplays() {
    var unsettled = group.unsettledReplays();
    if (unsettled.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return CompletableFuture.allOf(
            unsettled.stream()
                .map(message -> park(message, "Not acknowledged before the group stopped"))
                .toArray(CompletableFuture<?>[]::new))
        .thenCompose(_ -> streams.truncateParked(group.replayedUntil(), OptionalLong.empty()));
  }

  private void dropAll(StatusRuntimeException reason) {
    var all = List.copyOf(subscribers.values());
    all.forEach(this::disconnect);
    all.forEach(subscriber -> subscriber.end(reason));
  }

  private StatusRuntimeException dropped() {
    return Errors.persistentSubscriptionDropped(config.key().stream(), config.key().group());
  }

  // What is done about it.

  private void act() {
    if (stopped == null) {
      group.decide(Instant.now()).forEach(effect -> Mailbox.run(() -> perform(effect)));
    }
  }

  private void perform(GroupEffect effect) {
    switch (effect) {
      case Deliver(var consumer, var message, var retries) -> {
        var subscriber = subscribers.get(consumer);
        if (subscriber != null) {
          subscriber.deliver(message, retries);
        }
      }
      case Read(var after, var count) ->
          then(source.read(after, count), this::entered, group::readFailed);
      case Park(var message, var reason) ->
          then(
              park(message, reason),
              _ -> group.parked(message),
              () -> group.parkingFailed(message));
      case WriteCheckpoint(var position) ->
          then(
              streams.writeCheckpoint(position),
              _ -> group.checkpointWritten(),
              group::checkpointWritten);
      case ReadParked(var from, var until, var count) ->
          then(streams.readParked(from, until, count), this::replayed, group::replayFailed);
      case TruncateParked(var before, var replayingFrom) ->
          then(streams.truncateParked(before, replayingFrom), _ -> {}, () -> {});
    }
  }

  private void entered(Page page) {
    switch (page) {
      case Page.Events(var events, var upTo, var reachedEnd) -> {
        events.forEach(this::enter);
        group.read(upTo, reachedEnd);
      }
      case Page.Gone() -> {
        gone = true;
        dropAll(dropped());
      }
    }
  }

  private void replayed(ParkedPage page) {
    group.parkedRead(page.events().stream().map(source::toGroupEvent).toList(), page.next());
  }

  private CompletableFuture<Void> park(Message message, String reason) {
    return streams.park(message.event().source(), reason, Instant.now());
  }

  /**
   * Goes on in the mailbox when something asked of the log is done, unless the group has stopped
   * meanwhile.
   */
  private <T> void then(
      CompletableFuture<T> future, java.util.function.Consumer<? super T> done, Runnable failed) {
    var _ =
        future.whenComplete(
            (result, failure) ->
                mailbox.execute(
                    () -> {
                      if (stopped != null) {
                        return;
                      }
                      if (failure == null) {
                        done.accept(result);
                      } else {
                        LOG.warnf(
                            failure,
                            "The group %s could not read or write",
                            config.key().subscriptionId());
                        failed.run();
                      }
                    }));
  }
}
