package dev.foldline.redis;

import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** An event store in memory, of which a test says what can be read. */
final class TestLog {

  /** What each stream gives; a test may take some of it away. */
  final Map<String, List<Recorded<String>>> streams = new HashMap<>();

  /** What the log of all streams has, likewise. */
  final List<Recorded<String>> all = new ArrayList<>();

  /** The streams that can't be read, {@code $all} for the log. */
  final Set<String> denied = new HashSet<>();

  final History<String> history = new History<>(this::read, this::before);

  List<Recorded<String>> append(String stream, String... events) {
    List<Recorded<String>> stored = streams.computeIfAbsent(stream, _ -> new ArrayList<>());
    int first = stored.size();
    for (String event : events) {
      Recorded<String> recorded =
          new Recorded<>(
              event, UUID.randomUUID(), stream, stored.size(), all.size(), Instant.EPOCH, Map.of());
      stored.add(recorded);
      all.add(recorded);
    }
    return List.copyOf(stored.subList(first, stored.size()));
  }

  private Uni<List<Recorded<String>>> read(String stream, long from, int limit) {
    return denied.contains(stream)
        ? deny()
        : Uni.createFrom()
            .item(
                streams.getOrDefault(stream, List.of()).stream()
                    .filter(event -> event.revision() >= from)
                    .limit(limit)
                    .toList());
  }

  private Uni<List<Recorded<String>>> before(long position, int limit) {
    return denied.contains("$all")
        ? deny()
        : Uni.createFrom()
            .item(
                all.reversed().stream()
                    .filter(event -> event.position() < position)
                    .limit(limit)
                    .toList());
  }

  private static Uni<List<Recorded<String>>> deny() {
    return Uni.createFrom().failure(new IllegalStateException("PERMISSION_DENIED"));
  }
}
