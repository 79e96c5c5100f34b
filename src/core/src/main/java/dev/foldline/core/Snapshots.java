package dev.foldline.core;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where snapshots of streams are kept. Whatever it does, or fails to do, costs time and nothing
 * else: what it gives is checked.
 */
public interface Snapshots {

  /** Keeps nothing. */
  Snapshots NONE =
      new Snapshots() {
        @Override
        public CompletionStage<Optional<String>> load(String stream) {
          return CompletableFuture.completedStage(Optional.empty());
        }

        @Override
        public CompletionStage<Void> save(String stream, String snapshot) {
          return CompletableFuture.completedStage(null);
        }
      };

  /** The latest snapshot of a stream. */
  CompletionStage<Optional<String>> load(String stream);

  /** Replaces the snapshot of a stream. */
  CompletionStage<Void> save(String stream, String snapshot);
}
