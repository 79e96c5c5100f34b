package dev.foldline.core;

import java.util.List;

/**
 * What one event does to the read models.
 *
 * @param document the stream's own document from now on
 * @param shared what else changes, in views that cross streams
 */
public record Changes<D>(D document, List<Change> shared) {

  public Changes {
    shared = List.copyOf(shared);
  }

  /** The document alone. */
  public static <D> Changes<D> to(D document) {
    return new Changes<>(document, List.of());
  }

  public static <D> Changes<D> to(D document, Change... shared) {
    return new Changes<>(document, List.of(shared));
  }
}
