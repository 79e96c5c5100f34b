package dev.foldline.eventstoredb;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys of a stream's latest commands: a window bounded by count and by time.
 *
 * <p>Only what is in the stream gets in, so that it is true whatever else fails. Used by one thread
 * at a time.
 */
final class RecentKeys {

  /** How many keys are kept, and for how long. */
  record Window(int count, Duration age, InstantSource clock) {}

  /**
   * A command that was done.
   *
   * @param request the hash of what was asked
   * @param revision of its last event
   * @param position as in its receipt
   */
  record Entry(String key, String request, long revision, long position, Instant time) {

    /** The same where only the append said where its event is. */
    Entry at(long at, long written) {
      return new Entry(key, request, at, written, time);
    }
  }

  private final Window window;
  private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

  RecentKeys(Window window) {
    this.window = window;
  }

  /** The same keys, which others that come do not get into. */
  RecentKeys copy() {
    RecentKeys copy = new RecentKeys(window);
    copy.entries.putAll(entries);
    return copy;
  }

  void add(Entry entry) {
    entries.remove(entry.key());
    entries.put(entry.key(), entry);
    while (entries.size() > window.count()
        || (!entries.isEmpty() && isOver(entries.firstEntry().getValue()))) {
      entries.pollFirstEntry();
    }
  }

  @Nullable Entry find(String key) {
    Entry entry = entries.get(key);
    return entry == null || isOver(entry) ? null : entry;
  }

  private boolean isOver(Entry entry) {
    return entry.time().plus(window.age()).isBefore(now());
  }

  Instant now() {
    return window.clock().instant();
  }

  /** All of them, the oldest first. */
  List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  int size() {
    return entries.size();
  }
}
