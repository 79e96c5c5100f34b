package dev.foldline.reactions;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.core.commands.Handled;
import dev.foldline.eventstoredb.events.EventMetadata;
import dev.foldline.eventstoredb.subscriptions.Scan;
import dev.foldline.redis.Checkpoint;
import dev.foldline.redis.Checkpoints;
import dev.foldline.redis.Lease;
import dev.foldline.redis.OpenReminders;
import dev.foldline.redis.Reminder;
import dev.foldline.redis.Timers;
import dev.foldline.redis.Timers.Due;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees that the index has every reminder that is not over, whatever becomes of Redis, and makes it
 * again from the log where it may have lost some. Commands, events and what is due go on meanwhile.
 * Safe for use by many threads.
 */
final class RemindersRebuild {

  private static final Logger LOG = Logger.getLogger(RemindersRebuild.class);
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final long RENEWAL = Duration.ofSeconds(10).toNanos();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long BETWEEN_CHECKPOINTS = Duration.ofMinutes(1).toNanos();
  private static final int PAGE = 1_000;

  private final Engine engine;
  private final String name;
  private final String filter;
  private final Timers timers;
  private final LongSupplier beginsBehind;
  private final Supplier<Uni<Long>> settled;
  private final Of of;
  private final Lease lease;
  private final Checkpoints known = new Checkpoints();
  private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
  private final String me = UUID.randomUUID().toString();
  private volatile boolean ended;
  private volatile boolean whole;
  private long kept = System.nanoTime();

  /** What events remind of. */
  @FunctionalInterface
  interface Of {
    Uni<List<EventReminders.Entry>> of(Recorded<StoredEvent> event);
  }

  /**
   * @param filter a regular expression of the streams of the events, and of those reminded
   * @param beginsBehind the position behind which the reaction begins
   * @param settled up to which position its events are settled
   */
  RemindersRebuild(
      Engine engine,
      String name,
      String filter,
      Timers timers,
      LongSupplier beginsBehind,
      Supplier<Uni<Long>> settled,
      Of of) {
    this.engine = engine;
    this.name = name;
    this.filter = filter;
    this.timers = timers;
    this.beginsBehind = beginsBehind;
    this.settled = settled;
    this.of = of;
    this.lease = timers.rebuilding();
  }

  /** Leaves the index as it is. */
  void end() {
    ended = true;
    Thread running = thread.get();
    if (running != null) {
      running.interrupt();
    }
  }

  /** Whether it was, when last looked at. */
  boolean isWhole() {
    return whole;
  }

  /** Looks whether the index is whole. */
  Uni<Void> look(boolean isThere) {
    return ended || thread.get() != null
        ? Uni.createFrom().voidItem()
        : timers.checkpoint().chain(found -> look(found, isThere));
  }

  private Uni<Void> look(Checkpoint found, boolean isThere) {
    Checkpoint judged = isThere ? known.judge(found) : found.backTo(-1);
    whole = judged.whole();
    if (whole) {
      known.add(found);
      return System.nanoTime() - kept < BETWEEN_CHECKPOINTS
          ? Uni.createFrom().voidItem()
          : keep(found);
    }
    return tell(found, judged)
        .chain(() -> lease.take(me, LEASE))
        .invoke(
            mine -> {
              if (mine) {
                begin(judged);
              }
            })
        .replaceWithVoid();
  }

  /**
   * Looks whether what this instance has set went to a Redis that is not the one in charge any
   * more, and tells whoever makes the index again.
   */
  Uni<Void> follow() {
    return timers
        .checkpoint()
        .chain(
            found -> {
              Checkpoint judged = known.judge(found);
              return tell(found, judged).invoke(() -> known.add(judged));
            });
  }

  /** What this instance knows better of the index, others are to know. */
  private Uni<Void> tell(Checkpoint found, Checkpoint judged) {
    return judged.equals(found) ? Uni.createFrom().voidItem() : timers.retract(judged);
  }

  /** What the server knows to be settled is in the index, or over. */
  private Uni<Void> keep(Checkpoint last) {
    kept = System.nanoTime();
    return settled
        .get()
        .map(position -> last.at(Math.max(position, last.position())))
        .chain(timers::goOn)
        .invoke(reached -> known.add(reached, last))
        .replaceWithVoid();
  }

  private void begin(Checkpoint from) {
    Thread begun = Thread.ofVirtual().name("foldline-reminders").unstarted(() -> run(from));
    if (thread.compareAndSet(null, begun)) {
      begun.start();
    }
  }

  private void run(Checkpoint from) {
    try {
      rebuild(from);
    } catch (InterruptedException | RuntimeException e) {
      if (!ended) {
        LOG.warnf("%s: the index of reminders is not whole yet: %s", name, e);
      }
    } finally {
      lease.release(me).subscribe().with(_ -> {}, _ -> {});
      thread.set(null);
    }
  }

  private void rebuild(Checkpoint from) throws InterruptedException {
    long position = await(timers.begin()) ? from.position() : -1;
    long start = Math.max(position, beginsBehind.getAsLong());
    long reached;
    long count;
    try (Pass pass = new Pass(await(engine.clock().tick()).last().time());
        Scan scan = new Scan(engine.store(), filter, start)) {
      while (!scan.ended()) {
        for (Recorded<StoredEvent> event : scan.next(PAGE)) {
          pass.take(event);
        }
        pass.set();
      }
      reached = scan.position();
      count = pass.end();
    }
    known.add(await(timers.reached(from.at(reached))));
    whole = true;
    if (count > 0) {
      LOG.infof("%s: %d reminders are in the index again", name, count);
    }
  }

  private static <T> T await(Uni<T> answer) {
    return answer.await().atMost(PATIENCE);
  }

  /** One reading of the log, a page at a time. */
  private final class Pass implements AutoCloseable {

    private final Instant now;
    private final Map<Reminder, Instant> pending = new HashMap<>();

    /** What was due already, by the keys that tell further on that it is over. */
    private final Map<UUID, Due> open = new HashMap<>();

    private final Set<UUID> over = new HashSet<>();
    private final OpenReminders notes = timers.open(UUID.randomUUID().toString());
    private long renewed = System.nanoTime();
    private long count;

    Pass(Instant now) {
      this.now = now;
      await(notes.begin());
    }

    void take(Recorded<StoredEvent> event) {
      effect(event).map(Handled::key).ifPresent(this::isOver);
      reminders(event)
          .ifPresentOrElse(
              all -> all.forEach(each -> take(event, each)),
              () -> pending.put(Reminder.ofAll(event.stream(), event.revision()), now));
    }

    private void isOver(UUID key) {
      open.remove(key);
      over.add(key);
    }

    private void take(Recorded<StoredEvent> event, EventReminders.Entry each) {
      Reminder reminder = Reminders.reminder(event, each.effect());
      if (each.due().isAfter(now)) {
        pending.merge(reminder, each.due(), (one, other) -> one.isBefore(other) ? one : other);
      } else {
        open.put(each.key(), new Due(reminder, each.due()));
      }
    }

    void set() {
      await(timers.set(pending));
      await(notes.note(open));
      await(notes.over(over));
      count += pending.size();
      pending.clear();
      open.clear();
      over.clear();
      renew();
    }

    /** How many are in the index again. */
    long end() {
      int added;
      do {
        added = await(notes.set(PAGE));
        count += added;
        renew();
      } while (added > 0);
      return count;
    }

    private void renew() {
      if (System.nanoTime() - renewed > RENEWAL) {
        renewed = System.nanoTime();
        if (!await(lease.take(me, LEASE))) {
          throw new Unavailable("another instance makes the index again");
        }
      }
    }

    @Override
    public void close() {
      notes.end().subscribe().with(_ -> {}, _ -> {});
    }
  }

  private static Optional<Handled> effect(Recorded<StoredEvent> event) {
    try {
      return EventMetadata.effect(event);
    } catch (UnknownEvent _) {
      return Optional.empty();
    }
  }

  /** Empty where this release can't read it: another one may. */
  private Optional<List<EventReminders.Entry>> reminders(Recorded<StoredEvent> event) {
    try {
      return Optional.of(event.event().isPassedOver() ? List.of() : await(of.of(event)));
    } catch (Unavailable | TimeoutException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.debugf(e, "%s: event %d of %s", name, event.revision(), event.stream());
      return Optional.empty();
    }
  }
}
