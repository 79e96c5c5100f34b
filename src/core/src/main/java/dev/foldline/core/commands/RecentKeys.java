package dev.foldline.core.commands;

import dev.foldline.core.Caller;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys of a stream's latest commands: a window bounded by count and by time.
 *
 * <p>Only what is in the stream gets in, so that it is true whatever else fails. Used by one thread
 * at a time.
 */
public final class RecentKeys {

  /** How many keys are kept, and for how long. */
  public record Window(int count, Duration age, InstantSource clock) {}

  /**
   * A command that was done.
   *
   * @param ordinal which command of its call on the stream it was, from 0
   * @param request what was asked, as {@code id:mac}
   * @param user whose command it was; empty where that is not known
   * @param revision of its last event
   */
  public record Entry(
      String key, int ordinal, String request, String user, long revision, Instant time) {

    private Id id() {
      return new Id(key, ordinal);
    }

    /** The same where only the append said where its event is. */
    Entry at(long at) {
      return new Entry(key, ordinal, request, user, at, time);
    }

    /** Whether it surely was this caller's command. */
    boolean isBy(Caller caller) {
      return caller.is(user);
    }
  }

  private record Id(String key, int ordinal) {}

  private final Window window;
  private final SequencedMap<Id, Entry> entries = new LinkedHashMap<>();

  /** The latest command of each key. */
  private final Map<String, Entry> latest = new HashMap<>();

  /** None yet. */
  public RecentKeys(Window window) {
    this.window = window;
  }

  /** The same keys, which others that come do not get into. */
  RecentKeys copy() {
    RecentKeys copy = new RecentKeys(window);
    copy.entries.putAll(entries);
    copy.latest.putAll(latest);
    return copy;
  }

  /** None yet, with room for as many as come. */
  RecentKeys none() {
    return new RecentKeys(new Window(Integer.MAX_VALUE, window.age(), window.clock()));
  }

  /** Adds the latest command; those that are too many or too old go. */
  public void add(Entry entry) {
    entries.putLast(entry.id(), entry);
    latest.put(entry.key(), entry);
    while (entries.size() > window.count()
        || (!entries.isEmpty() && isOver(entries.firstEntry().getValue()))) {
      Entry first = entries.pollFirstEntry().getValue();
      latest.remove(first.key(), first);
    }
  }

  /** The command that was done under a key with an ordinal; null for one that is not known. */
  public @Nullable Entry find(String key, int ordinal) {
    return inTime(entries.get(new Id(key, ordinal)));
  }

  /** The latest command under a key, whichever of its call's. */
  @Nullable Entry latest(String key) {
    return inTime(latest.get(key));
  }

  private @Nullable Entry inTime(@Nullable Entry entry) {
    return entry == null || isOver(entry) ? null : entry;
  }

  private boolean isOver(Entry entry) {
    return entry.time().plus(window.age()).isBefore(now());
  }

  Instant now() {
    return window.clock().instant();
  }

  /** All of them, the oldest first. */
  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /** How many there are. */
  public int size() {
    return entries.size();
  }
}
