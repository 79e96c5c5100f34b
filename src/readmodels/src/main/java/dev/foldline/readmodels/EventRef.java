package dev.foldline.readmodels;

import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.redis.Poisons.Poisoned;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.PositiveOrZero;

/** An event by its place, which it never leaves. */
public record EventRef(
    @NotBlank(message = "must be given") String stream,
    @PositiveOrZero(message = "must not be negative") long revision) {

  public static EventRef of(Recorded<?> event) {
    return new EventRef(event.stream(), event.revision());
  }

  public static EventRef of(Poisoned poison) {
    return new EventRef(poison.stream(), poison.revision());
  }

  public static EventRef of(ParkedEvents.Parked delivered) {
    return new EventRef(delivered.stream(), delivered.revision());
  }

  /** Whether an event is the one that is here. */
  boolean is(Recorded<?> event) {
    return equals(of(event));
  }

  @Override
  public String toString() {
    return stream + "@" + revision;
  }
}
