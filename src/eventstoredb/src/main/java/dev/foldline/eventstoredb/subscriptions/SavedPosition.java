package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.core.Positions;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The position of a subscription, in memory and where it is kept. One save at a time. Safe for use
 * by many threads.
 */
final class SavedPosition {

  /** Before every position, that before the first event (−1) too. */
  private static final long UNKNOWN = -2;

  private final Positions positions;
  private final String key;
  private final Duration timeout;
  private long reached = UNKNOWN;
  private long saved = UNKNOWN;
  private boolean saving;

  SavedPosition(Positions positions, String key, Duration timeout) {
    this.positions = positions;
    this.key = key;
    this.timeout = timeout;
  }

  /**
   * The position behind which to go on. It comes only when it is saved.
   *
   * @param start where to begin, if none was ever saved: −1 for the first event
   */
  Uni<Long> open(Supplier<Uni<Long>> start) {
    long known = reached();
    return known == UNKNOWN ? load(start) : flush(known).onItem().transform(_ -> known);
  }

  private Uni<Long> load(Supplier<Uni<Long>> start) {
    return Uni.createFrom()
        .completionStage(() -> positions.load(key))
        .ifNoItem()
        .after(timeout)
        .failWith(() -> new Unavailable("the position could not be read in time"))
        .chain(
            found ->
                found.isPresent()
                    ? Uni.createFrom().item(found.getAsLong()).invoke(this::found)
                    : start.get().call(this::flush));
  }

  private synchronized long reached() {
    return reached;
  }

  private synchronized void found(long position) {
    reached = position;
    saved = position;
  }

  /** Saves a position, unless it is saved or another save is on its way. */
  Uni<Void> save(long position) {
    return Uni.createFrom()
        .deferred(() -> begin(position) ? write(position) : Uni.createFrom().voidItem());
  }

  /** Saves a position, after the save that is on its way. */
  Uni<Void> flush(long position) {
    return save(position)
        .chain(
            () ->
                isSaved(position)
                    ? Uni.createFrom().voidItem()
                    : Patience.moment().chain(() -> flush(position)));
  }

  private Uni<Void> write(long position) {
    return Uni.createFrom()
        .completionStage(() -> positions.save(key, position))
        .ifNoItem()
        .after(timeout)
        .failWith(() -> new Unavailable("the position could not be saved in time"))
        .onItemOrFailure()
        .invoke((_, failure) -> ended(position, failure == null))
        .onCancellation()
        .invoke(() -> ended(position, false));
  }

  private synchronized boolean begin(long position) {
    reached = Math.max(reached, position);
    if (saving || isSaved(position)) {
      return false;
    }
    saving = true;
    return true;
  }

  private synchronized void ended(long position, boolean done) {
    saving = false;
    if (done) {
      saved = Math.max(saved, position);
    }
  }

  private synchronized boolean isSaved(long position) {
    return position <= saved;
  }
}
