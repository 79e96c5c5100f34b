package dev.foldline.embedded.persistent;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * Up to where a group has done everything, and when that is worth writing down.
 *
 * <p>Events are numbered as the group meets them. What counts as progress is how far the number of
 * the next possible checkpoint lies behind that of the last one.
 */
final class GroupCheckpoint {
  private final GroupSettings settings;
  private final SequencedSet<Message> unsettled = new LinkedHashSet<>();
  private long lastSequence;
  private long lastPosition;
  private long writtenSequence;
  private OptionalLong written;
  private @Nullable Instant writtenAt;
  private boolean writing;

  /**
   * A group that resumes after a position.
   *
   * @param written the checkpoint it resumes from, if there is one
   */
  GroupCheckpoint(GroupSettings settings, long resumeAfter, OptionalLong written) {
    this.settings = settings;
    this.lastPosition = resumeAfter;
    this.written = written;
  }

  /** The group met an event that its consumers have to settle. */
  Message enter(GroupEvent event) {
    var message = Message.subscribed(event, ++lastSequence, lastPosition);
    lastPosition = event.position();
    unsettled.add(message);
    return message;
  }

  /** The group met an event that its filter leaves out. */
  void skip(long position) {
    lastSequence++;
    lastPosition = position;
  }

  void settle(Message message) {
    unsettled.remove(message);
  }

  /** The position to write now, if it is time to; then waits for {@link #written()}. */
  OptionalLong next(boolean tick, Instant now) {
    var sequence = unsettled.isEmpty() ? lastSequence : unsettled.getFirst().sequence() - 1;
    var progress = sequence - writtenSequence;
    if (writing || progress <= 0 || !(enough(progress) || (tick && overdue(progress, now)))) {
      return OptionalLong.empty();
    }
    writing = true;
    writtenAt = now;
    writtenSequence = sequence;
    written =
        OptionalLong.of(unsettled.isEmpty() ? lastPosition : unsettled.getFirst().positionBefore());
    return written;
  }

  private boolean enough(long progress) {
    return progress >= settings.maxCheckpointCount();
  }

  private boolean overdue(long progress, Instant now) {
    return progress >= settings.minCheckpointCount()
        && settings.checkpointAfterMillis() != 0
        && (writtenAt == null
            || Duration.between(writtenAt, now).toMillis() >= settings.checkpointAfterMillis());
  }

  void written() {
    writing = false;
  }

  /** The last checkpoint taken. */
  OptionalLong last() {
    return written;
  }
}
