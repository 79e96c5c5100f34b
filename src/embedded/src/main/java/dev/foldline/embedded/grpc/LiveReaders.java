package dev.foldline.embedded.grpc;

import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.StreamNames;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who follows which stream, so that a commit wakes those it concerns and no one else. */
final class LiveReaders {
  private final Map<String, Set<Pump>> byStream = new ConcurrentHashMap<>();

  LiveReaders(EventLog log) {
    log.onCommit(this::committed);
  }

  void add(String stream, Pump reader) {
    byStream.compute(
        stream,
        (_, readers) -> {
          Set<Pump> all = readers == null ? ConcurrentHashMap.newKeySet() : readers;
          all.add(reader);
          return all;
        });
  }

  void remove(String stream, Pump reader) {
    byStream.computeIfPresent(
        stream,
        (_, readers) -> {
          readers.remove(reader);
          return readers.isEmpty() ? null : readers;
        });
  }

  private void committed(List<LogEvent> events) {
    if (byStream.isEmpty()) {
      return;
    }
    wake(StreamNames.ALL);
    for (LogEvent event : events) {
      wake(event.stream());
    }
  }

  private void wake(String stream) {
    Set<Pump> readers = byStream.get(stream);
    if (readers != null) {
      readers.forEach(Pump::wake);
    }
  }
}
