package dev.foldline.eventstoredb;

import io.smallrye.mutiny.Uni;
import java.util.Optional;

/**
 * Where snapshots of streams are kept. Whatever it does, or fails to do, costs time and nothing
 * else: what it gives is checked.
 */
public interface Snapshots {

  /** Keeps nothing. */
  Snapshots NONE =
      new Snapshots() {
        @Override
        public Uni<Optional<String>> load(String stream) {
          return Uni.createFrom().item(Optional.empty());
        }

        @Override
        public Uni<Void> save(String stream, String snapshot) {
          return Uni.createFrom().voidItem();
        }
      };

  /** The latest snapshot of a stream. */
  Uni<Optional<String>> load(String stream);

  /** Replaces the snapshot of a stream. */
  Uni<Void> save(String stream, String snapshot);
}
