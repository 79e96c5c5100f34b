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
 * @param unmarked the revision of the last of them that is no {@linkplain
 *     dev.foldline.core.StoredEvent#isMark mark}, −1 if there is none
 * @param keys of the commands that wrote them
 * @param effects that were handled by them
 */
public record StreamState<S>(
    S state,
    long revision,
    long position,
    @Nullable UUID lastEvent,
    long unmarked,
    RecentKeys keys,
    HandledEffects effects) {

  /** A stream without events. */
  public static <S> StreamState<S> nothing(S initial, RecentKeys.Window window) {
    return new StreamState<>(
        initial, -1, -1, null, -1, new RecentKeys(window), new HandledEffects());
  }

  /**
   * The same with keys and effects of its own, for folding on what may not come to its end: this
   * one stays as it is.
   */
  public StreamState<S> apart() {
    return new StreamState<>(
        state, revision, position, lastEvent, unmarked, keys.copy(), effects.copy());
  }
}
