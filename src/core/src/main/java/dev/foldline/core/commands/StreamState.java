package dev.foldline.core.commands;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stream as far as it was read.
 *
 * @param state the fold of its events
 * @param revision of the last of them, −1 if there is none
 * @param position of the last of them, −1 if there is none
 * @param lastEvent the id of the last of them, by which a stream is known that was begun anew
 * @param keys of the commands that wrote them
 */
public record StreamState<S>(
    S state, long revision, long position, @Nullable UUID lastEvent, RecentKeys keys) {

  /** A stream without events. */
  public static <S> StreamState<S> nothing(S initial, RecentKeys.Window window) {
    return new StreamState<>(initial, -1, -1, null, new RecentKeys(window));
  }

  /**
   * The same with keys of its own, for folding on what may not come to its end: this one stays as
   * it is.
   */
  public StreamState<S> apart() {
    return new StreamState<>(state, revision, position, lastEvent, keys.copy());
  }
}
