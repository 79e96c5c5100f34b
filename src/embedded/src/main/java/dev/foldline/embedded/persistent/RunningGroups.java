package dev.foldline.embedded.persistent;

import dev.foldline.embedded.grpc.Errors;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.StreamNames;
import io.grpc.StatusRuntimeException;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The groups that run, by the stream that they subscribe to, each woken when something is committed
 * there. Changed by one thread at a time, and read by any.
 */
final class RunningGroups {
  private static final int FORMER_STREAMS = 1_000;

  private final Map<String, Map<String, PersistentSubscription>> byStream =
      new ConcurrentHashMap<>();

  /**
   * Streams that had a group, as long as that many are remembered: they are known, though they have
   * none.
   */
  private final Set<String> formerStreams =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                  return size() > FORMER_STREAMS;
                }
              }));

  /** Adds a group, in the place of an earlier one of its name. */
  void add(PersistentSubscription subscription) {
    var key = subscription.config().key();
    byStream
        .computeIfAbsent(key.stream(), _ -> new ConcurrentHashMap<>())
        .put(key.group(), subscription);
  }

  void remove(GroupKey key) {
    byStream.computeIfPresent(
        key.stream(),
        (_, groups) -> {
          groups.remove(key.group());
          return groups.isEmpty() ? null : groups;
        });
    formerStreams.add(key.stream());
  }

  /** Null if there is none of that name. */
  @Nullable PersistentSubscription find(GroupKey key) {
    return byStream.getOrDefault(key.stream(), Map.of()).get(key.group());
  }

  /**
   * A running group.
   *
   * @throws StatusRuntimeException if there is none of that name
   */
  PersistentSubscription get(GroupKey key) {
    var found = find(key);
    if (found == null) {
      throw Errors.persistentSubscriptionDoesNotExist(key.stream(), key.group());
    }
    return found;
  }

  List<PersistentSubscription> all() {
    return byStream.values().stream().flatMap(groups -> groups.values().stream()).toList();
  }

  /**
   * The groups of a stream.
   *
   * @throws StatusRuntimeException if it never had one
   */
  Collection<PersistentSubscription> of(String stream) {
    var groups = byStream.get(stream);
    if (groups == null && !formerStreams.contains(stream)) {
      throw Errors.persistentSubscriptionDoesNotExist(stream, "");
    }
    return groups == null ? List.of() : groups.values();
  }

  /** Tells each group of a commit in its stream, once. */
  void committed(List<LogEvent> events) {
    if (byStream.isEmpty()) {
      return;
    }
    byStream
        .getOrDefault(StreamNames.ALL, Map.of())
        .values()
        .forEach(group -> group.committed(events));
    var woken = Collections.<Map<?, ?>>newSetFromMap(new IdentityHashMap<>());
    for (var event : events) {
      var groups = byStream.get(event.stream());
      if (groups != null && woken.add(groups)) {
        groups.values().forEach(group -> group.committed(events));
      }
    }
  }
}
