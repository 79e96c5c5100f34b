package dev.foldline.quarkus.projections;

import dev.foldline.core.Recorded;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.PositiveOrZero;

/** An event by its place, which it never leaves. */
public record EventRef(
    @NotBlank(message = "must be given") String stream,
    @PositiveOrZero(message = "must not be negative") long revision) {

  static EventRef of(Recorded<?> event) {
    return new EventRef(event.stream(), event.revision());
  }

  @Override
  public String toString() {
    return stream + "@" + revision;
  }
}
