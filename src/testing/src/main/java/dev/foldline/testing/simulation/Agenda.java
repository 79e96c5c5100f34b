package dev.foldline.testing.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What is due later, by the log's time. Used by one thread at a time. */
final class Agenda {

  /** By the keys under which it takes place. */
  private final Map<UUID, Entry> entries = new LinkedHashMap<>();

  private record Entry(Instant due, String what, Work work) {}

  /** Has work done when it is due, once. */
  void add(UUID key, Instant due, String what, Work work) {
    entries.putIfAbsent(key, new Entry(due, what, work));
  }

  /** What is due by then, the earliest first; it is not pending any more. */
  List<Work> take(Instant now) {
    List<Entry> due = sorted().stream().filter(entry -> !entry.due().isAfter(now)).toList();
    entries.values().removeAll(due);
    return due.stream().map(Entry::work).toList();
  }

  /** What is pending, the earliest first, a line for each. */
  List<String> pending() {
    return sorted().stream().map(entry -> entry.due() + " " + entry.what()).toList();
  }

  private List<Entry> sorted() {
    List<Entry> all = new ArrayList<>(entries.values());
    all.sort((one, other) -> one.due().compareTo(other.due()));
    return all;
  }
}
