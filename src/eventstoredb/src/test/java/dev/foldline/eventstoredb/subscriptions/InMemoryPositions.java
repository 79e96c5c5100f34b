package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.core.Positions;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Positions that are kept as long as the test lasts. */
@ApplicationScoped
public class InMemoryPositions implements Positions {

  private final Map<String, Long> saved = new ConcurrentHashMap<>();

  @Override
  public CompletionStage<OptionalLong> load(String name) {
    Long position = saved.get(name);
    return CompletableFuture.completedStage(
        position == null ? OptionalLong.empty() : OptionalLong.of(position));
  }

  @Override
  public CompletionStage<Void> save(String name, long position) {
    saved.merge(name, position, Math::max);
    return CompletableFuture.completedStage(null);
  }
}
