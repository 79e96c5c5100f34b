package dev.foldline.core;

import java.util.List;

/**
 * What one event does to the read models.
 *
 * @param state what the projection keeps from now on, of the stream or of the document that the
 *     event names
 * @param shared what else changes, in views that cross documents
 */
public record Changes<D>(D state, List<Change> shared) {

  public Changes {
    shared = List.copyOf(shared);
  }

  /** The state alone. */
  public static <D> Changes<D> to(D state) {
    return new Changes<>(state, List.of());
  }

  public static <D> Changes<D> to(D state, Change... shared) {
    return new Changes<>(state, List.of(shared));
  }
}
