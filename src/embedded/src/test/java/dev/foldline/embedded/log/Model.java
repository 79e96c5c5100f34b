package dev.foldline.embedded.log;

import dev.foldline.embedded.log.ModelTest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One stream, its metastream and what the contract's matrices (2.4 to 2.6, 5) say of them, in plain
 * lists.
 */
final class Model {
  private static final String WRONG = "wrong ";
  private static final String DELETED = "deleted";

  private final List<UUID> events = new ArrayList<>();
  private final List<Long> metadata = new ArrayList<>();
  private boolean tombstoned;

  /** What a write must answer, having done it. */
  String apply(Step step) {
    return switch (step) {
      case Step.Append(var expected, var ids) -> append(expected, ids);
      case Step.WriteMetadata(var truncateBefore) -> writeMetadata(truncateBefore);
      case Step.Delete(var expected) -> delete(expected);
      case Step.Tombstone(var expected) -> tombstone(expected);
    };
  }

  /** The revisions that a reader must find; null if it must not find the stream. */
  @Nullable List<Long> readable() {
    if (tombstoned || events.isEmpty() || softDeleted()) {
      return null;
    }
    List<Long> revisions = new ArrayList<>();
    for (long revision = truncateBefore(); revision < events.size(); revision++) {
      revisions.add(revision);
    }
    return revisions;
  }

  long metadataEvents() {
    return metadata.size();
  }

  private long current() {
    return events.size() - 1L;
  }

  private long truncateBefore() {
    return metadata.isEmpty() ? 0 : metadata.getLast();
  }

  private boolean softDeleted() {
    return truncateBefore() == Long.MAX_VALUE;
  }

  private String append(ExpectedRevision expected, List<UUID> ids) {
    if (tombstoned || (softDeleted() && expected.isStreamExists())) {
      return DELETED;
    }
    if (expected.isAny() || expected.isStreamExists()) {
      if (expected.isStreamExists() && events.isEmpty() && metadata.isEmpty()) {
        return WRONG + current();
      }
      return ids.isEmpty() || !events.contains(ids.getFirst()) ? write(ids) : repeatedByIds(ids);
    }
    if (expected.value() == current()) {
      return write(ids);
    }
    if (expected.value() > current() || ids.isEmpty()) {
      return WRONG + current();
    }
    return repeatedAt(expected, ids);
  }

  private String repeatedByIds(List<UUID> ids) {
    return events.containsAll(ids) ? repeated(events.indexOf(ids.getLast())) : WRONG + current();
  }

  private String repeatedAt(ExpectedRevision expected, List<UUID> ids) {
    int from = (int) expected.value() + 1;
    List<UUID> stored = events.subList(from, Math.min(from + ids.size(), events.size()));
    if (stored.equals(ids)) {
      return repeated(from + ids.size() - 1L);
    }
    boolean firstDiffers = !stored.getFirst().equals(ids.getFirst());
    return firstDiffers && expected.isNoStream() && softDeleted() ? write(ids) : WRONG + current();
  }

  private String repeated(long revision) {
    List<Long> readable = readable();
    return "ok "
        + revision
        + (readable != null && readable.contains(revision) ? "" : " no_position");
  }

  private String write(List<UUID> ids) {
    if (softDeleted()) {
      metadata.add((long) events.size());
    }
    events.addAll(ids);
    return "ok " + current();
  }

  private String writeMetadata(long truncateBefore) {
    if (tombstoned) {
      return DELETED;
    }
    boolean undelete = softDeleted();
    metadata.add(truncateBefore);
    String answer = "ok " + (metadata.size() - 1);
    if (undelete) {
      metadata.add((long) events.size());
    }
    return answer;
  }

  private String delete(ExpectedRevision expected) {
    boolean absent = events.isEmpty() && metadata.isEmpty();
    String refusal = tombstoned ? DELETED : absent ? WRONG + current() : refusal(expected);
    if (refusal == null) {
      metadata.add(Long.MAX_VALUE);
    }
    return refusal == null ? "ok" : refusal;
  }

  private String tombstone(ExpectedRevision expected) {
    String refusal = refusal(expected);
    tombstoned |= refusal == null;
    return refusal == null ? "ok" : refusal;
  }

  private @Nullable String refusal(ExpectedRevision expected) {
    if (tombstoned || (softDeleted() && expected.isStreamExists())) {
      return DELETED;
    }
    boolean present = !events.isEmpty() && !softDeleted();
    boolean fits =
        expected.isAny()
            || (expected.isStreamExists() && (present || !metadata.isEmpty()))
            || (expected.isNoStream() && !present)
            || (expected.value() == current() && !expected.isNoStream());
    return fits ? null : WRONG + current();
  }
}
