package dev.foldline.embedded.log;

import java.util.ArrayList;
import java.util.List;

/** Events that are read together: as many as it takes to reach a number of bytes. */
final class Page {
  private final List<LogEvent> events = new ArrayList<>();
  private final int maxBytes;
  private int bytes;

  Page(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  void add(LogEvent event) {
    events.add(event);
    bytes += event.size();
  }

  boolean isFull() {
    return bytes >= maxBytes;
  }

  List<LogEvent> events() {
    return events;
  }
}
