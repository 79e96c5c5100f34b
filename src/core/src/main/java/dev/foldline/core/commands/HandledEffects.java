package dev.foldline.core.commands;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The effects that were handled in a stream, the latest {@value #MOST} mostly, and how far back
 * they reach. Neither events of others nor the keys of callers use it up, and it does not age. Only
 * what is in the stream gets in. Used by one thread at a time.
 */
public final class HandledEffects {

  /** How many are remembered, where nothing else is said. */
  public static final int MOST = 1_000;

  private final int most;
  private final SequencedMap<UUID, Handled> entries = new LinkedHashMap<>();
  private long forgotten = -1;

  /** None yet, of a stream that was read from its beginning. */
  public HandledEffects() {
    this(MOST);
  }

  /**
   * None yet, of a stream that was read from its beginning.
   *
   * @param most how many are remembered
   */
  public HandledEffects(int most) {
    this.most = most;
  }

  /**
   * Those of before, the oldest first.
   *
   * @param forgotten behind which position none is missing
   */
  public HandledEffects(List<Handled> handled, long forgotten) {
    this(MOST);
    this.forgotten = forgotten;
    handled.forEach(this::add);
  }

  /** The same effects, which others that come do not get into. */
  HandledEffects copy() {
    HandledEffects copy = new HandledEffects(most);
    copy.entries.putAll(entries);
    copy.forgotten = forgotten;
    return copy;
  }

  /** Adds the latest one. */
  public void add(Handled handled) {
    entries.putLast(handled.key(), handled);
    if (entries.size() > most) {
      forget(entries.pollFirstEntry().getValue().position());
    }
  }

  /** What is at or before a position is not known. */
  public void forget(long position) {
    forgotten = Math.max(forgotten, position);
  }

  /** What became of the effect with a key; null where that is not remembered. */
  public @Nullable Handled find(UUID key) {
    return entries.get(key);
  }

  /** Behind which position every effect is remembered; −1 if there never was another one. */
  public long forgotten() {
    return forgotten;
  }

  /** All that are remembered, the oldest first. */
  public List<Handled> all() {
    return List.copyOf(entries.values());
  }

  /** How many are remembered. */
  public int size() {
    return entries.size();
  }
}
