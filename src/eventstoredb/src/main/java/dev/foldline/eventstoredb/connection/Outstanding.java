package dev.foldline.eventstoredb.connection;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The requests of an event loop that are not answered yet, the oldest first, up to a number and a
 * size. On that loop.
 */
final class Outstanding {

  private static final int MOST = 20_000;
  private static final long MOST_BYTES = 256L << 20;

  private final Map<Long, Request<?>> requests = new LinkedHashMap<>();
  private long lastId;
  private long bytes;

  /** Adds one under a number of its own; false if there are too many. */
  boolean add(Request<?> request) {
    if (requests.size() >= MOST || bytes + request.size() > MOST_BYTES) {
      return false;
    }
    request.number(++lastId);
    requests.put(request.id(), request);
    bytes += request.size();
    return true;
  }

  boolean contains(Request<?> request) {
    return requests.containsKey(request.id());
  }

  boolean isEmpty() {
    return requests.isEmpty();
  }

  /** The one with this number, which is outstanding no more; null if it was not. */
  @Nullable Request<?> remove(long id) {
    @Nullable Request<?> request = requests.remove(id);
    if (request != null) {
      bytes -= request.size();
    }
    return request;
  }

  /** Those that were asked at least so long ago. */
  List<Request<?>> olderThan(long nanos) {
    return requests.values().stream().takeWhile(request -> request.age() >= nanos).toList();
  }

  /** The appends that were sent by a call. */
  List<AppendRequest> appendsBy(BatchAppendCall call) {
    return requests.values().stream()
        .filter(AppendRequest.class::isInstance)
        .map(AppendRequest.class::cast)
        .filter(append -> append.isAmong(call))
        .toList();
  }
}
