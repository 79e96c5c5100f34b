package dev.foldline.core.commands;

import dev.foldline.core.Appended;
import java.util.BitSet;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What came of a {@link Next}, or what it begins with. */
public sealed interface Happened<S> {

  /**
   * Commands came.
   *
   * @param cached the stream as it was when last seen, if it was
   */
  record Came<S>(@Nullable StreamState<S> cached) implements Happened<S> {}

  /**
   * The stream was read.
   *
   * @param found the revisions of those events that were sought and found
   */
  record Read<S>(StreamState<S> now, Map<UUID, Long> found) implements Happened<S> {}

  /** An append was done. */
  record Done<S>(Appended end) implements Happened<S> {}

  /** An append was not tried, since the callers of some commands were told that it was not. */
  record Withdrawn<S>(BitSet commands) implements Happened<S> {}

  /** It failed, as the ports say how. */
  record Failed<S>(Throwable cause) implements Happened<S> {}
}
