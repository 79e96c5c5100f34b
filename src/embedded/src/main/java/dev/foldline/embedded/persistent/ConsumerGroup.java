package dev.foldline.embedded.persistent;

import dev.foldline.embedded.persistent.GroupEffect.Deliver;
import dev.foldline.embedded.persistent.GroupEffect.Park;
import dev.foldline.embedded.persistent.GroupEffect.WriteCheckpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The state of one persistent subscription, and every decision about it.
 *
 * <p>Nothing here does I/O, looks at a clock or starts a thread: what happens comes in as method
 * calls, and {@link #decide} answers what to do about all of it. Not thread-safe. What a group
 * holds is bounded by its buffers and by {@value #MOST_BYTES} bytes of events, plus one page of a
 * read.
 */
final class ConsumerGroup {
  private static final long MOST_BYTES = 16 << 20;

  private final GroupSettings settings;
  private final Consumers consumers;
  private final SourceProgress progress;
  private final GroupCheckpoint checkpoint;
  private final ParkedReplay replay;
  private final Throughput throughput;

  /** New events, in order. */
  private final SequencedSet<Message> buffer = new LinkedHashSet<>();

  /** Events to be delivered again, ahead of new ones. */
  private final TreeSet<Message> retries = new TreeSet<>(Message.ORDER);

  private final List<GroupEffect> effects = new ArrayList<>();

  private long heldBytes;
  private boolean ticked;

  /**
   * A group without consumers, about to read.
   *
   * @param resumeAfter the position after which it reads
   * @param checkpoint the last checkpoint, if there is one
   */
  ConsumerGroup(GroupSettings settings, long resumeAfter, OptionalLong checkpoint, Instant now) {
    this.settings = settings;
    this.consumers = new Consumers(settings.strategy());
    this.checkpoint = new GroupCheckpoint(settings, resumeAfter, checkpoint);
    this.throughput = new Throughput(now);
    this.progress = new SourceProgress(settings, resumeAfter);
    this.replay = new ParkedReplay(settings);
  }

  // What happens.

  /** False if the group has as many consumers as it admits. */
  boolean connect(Consumer consumer) {
    if (!settings.admits(consumers.all().size())) {
      return false;
    }
    consumers.add(consumer);
    return true;
  }

  /** What the consumer still held is delivered again, however often it was before. */
  void disconnect(Consumer consumer) {
    if (consumers.remove(consumer)) {
      consumer.releaseAll().forEach(this::deliverAgain);
    }
  }

  void acknowledge(Consumer consumer, UUID id, Instant now) {
    var message = consumer.release(id, now);
    if (message != null) {
      settle(message);
    }
  }

  void park(Consumer consumer, UUID id, String reason, Instant now) {
    var message = consumer.release(id, now);
    if (message != null) {
      effects.add(new Park(message, reason));
    }
  }

  void retry(Consumer consumer, UUID id, Instant now) {
    var message = consumer.release(id, now);
    if (message != null) {
      retryOrPark(message);
    }
  }

  /** A second has passed. */
  void tick(Instant now) {
    ticked = true;
    progress.tick();
    throughput.tick();
    for (var consumer : consumers.all()) {
      consumer.throughput().tick();
      consumer.releaseExpired(now, settings.messageTimeout()).forEach(this::retryOrPark);
    }
  }

  /**
   * An event was committed at a position of the source.
   *
   * @return true if the group is live and has room, so that the event is to be entered or skipped
   *     now; otherwise the group has it already or will read it
   */
  boolean follows(long position) {
    return progress.follows(position, buffer.size(), hasRoom());
  }

  /** Events were committed that the group is not shown one by one: it reads them. */
  void missed() {
    progress.missed();
  }

  /** The next event of the source. */
  void enter(GroupEvent event) {
    progress.entered(event.position());
    heldBytes += event.bytes();
    buffer.add(checkpoint.enter(event));
  }

  /**
   * The next event of the source, which the filter leaves out; only a live group's checkpoint moves
   * over it.
   */
  void skip(long position) {
    progress.skipped(position);
    if (progress.isLive()) {
      checkpoint.skip(position);
    }
  }

  /** A read is over, all its events have been entered or skipped, and it went up to a position. */
  void read(long upTo, boolean reachedEnd) {
    progress.read(upTo, reachedEnd);
  }

  /** A read failed; it is tried again at the next tick. */
  void readFailed() {
    progress.readFailed();
  }

  void parked(Message message) {
    settle(message);
  }

  void parkingFailed(Message message) {
    deliverAgain(message);
  }

  void checkpointWritten() {
    checkpoint.written();
  }

  /**
   * Deliver the parked events between two revisions again; does nothing while an earlier replay
   * goes on.
   */
  void replay(long from, long until) {
    replay.begin(from, until);
  }

  /** A read of the parked stream is over; {@code next} is the revision it goes on from. */
  void parkedRead(List<GroupEvent> events, long next) {
    for (var event : events) {
      heldBytes += event.bytes();
      retries.add(replay.enter(event));
    }
    replay.read(next).ifPresent(effects::add);
  }

  /** A read of the parked stream failed: what was not replayed yet stays parked. */
  void replayFailed() {
    replay.failed();
  }

  // What to do about it.

  /** Everything to be done since the last call, in order. */
  List<GroupEffect> decide(Instant now) {
    if (consumers.haveFreeSlots()) {
      dispatch(retries.iterator(), now);
      dispatch(buffer.iterator(), now);
    }
    checkpoint.next(ticked, now).ifPresent(at -> effects.add(new WriteCheckpoint(at)));
    ticked = false;
    progress.next(buffer.size(), hasRoom()).ifPresent(effects::add);
    replay.end().ifPresent(effects::add);
    replay.next(retries.size(), hasRoom()).ifPresent(effects::add);
    var decided = List.copyOf(effects);
    effects.clear();
    return decided;
  }

  private void dispatch(Iterator<Message> waiting, Instant now) {
    while (waiting.hasNext() && consumers.haveFreeSlots()) {
      var message = waiting.next();
      var consumer = consumers.choose(message);
      if (consumer != null) {
        waiting.remove();
        consumer.take(message, now);
        throughput.count();
        effects.add(new Deliver(consumer, message, message.retries()));
      }
    }
  }

  private boolean hasRoom() {
    return heldBytes < MOST_BYTES;
  }

  private void retryOrPark(Message message) {
    if (settings.exhausted(message.retries())) {
      effects.add(
          new Park(message, "Delivered %d times without success".formatted(message.retries() + 1)));
    } else {
      deliverAgain(message);
    }
  }

  private void deliverAgain(Message message) {
    message.retry();
    retries.add(message);
  }

  private void settle(Message message) {
    heldBytes -= message.event().bytes();
    if (message.isReplayed()) {
      replay.settle(message);
    } else {
      checkpoint.settle(message);
    }
  }

  // What can be seen of it.

  GroupSettings settings() {
    return settings;
  }

  List<Consumer> consumers() {
    return consumers.all();
  }

  Throughput throughput() {
    return throughput;
  }

  boolean isLive() {
    return progress.isLive();
  }

  boolean isReading() {
    return progress.isReading();
  }

  int buffered() {
    return buffer.size();
  }

  int retrying() {
    return retries.size();
  }

  int inFlight() {
    return consumers.inFlight();
  }

  OptionalLong lastKnown() {
    return progress.lastKnown();
  }

  OptionalLong lastCheckpoint() {
    return checkpoint.last();
  }

  /** Replayed events that nobody acknowledged, and up to where the parked stream was replayed. */
  List<Message> unsettledReplays() {
    return replay.unsettled();
  }

  long replayedUntil() {
    return replay.replayedUntil();
  }
}
