package dev.foldline.readmodels;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.readmodels.Parking.Trial;
import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/** Finds out what would come of a stream with the code as it is, and writes nothing. */
final class DryRun<D> {

  private final Applier.Factory<D> appliers;

  DryRun(Applier.Factory<D> appliers) {
    this.appliers = appliers;
  }

  /** Folds a stream from its beginning. */
  Uni<Trial<D>> of(String stream) {
    return from(stream, -1, null);
  }

  private Uni<Trial<D>> from(String stream, long revision, @Nullable D document) {
    return appliers
        .readable(stream, revision + 1, Replays.PAGE)
        .chain(
            events -> {
              boolean begins = !events.isEmpty() && events.getFirst().revision() == 0;
              if (revision < 0 && !begins) {
                return Uni.createFrom()
                    .item(new Trial<>(stream, -1, "its first events can't be read any more", null));
              }
              Trial<D> trial = new Trial<>(stream, revision, null, document);
              for (Recorded<StoredEvent> event : events) {
                trial = step(trial, event);
                if (trial.error() != null) {
                  return Uni.createFrom().item(trial);
                }
              }
              return events.size() < Replays.PAGE
                  ? Uni.createFrom().item(trial)
                  : from(stream, trial.revision(), trial.document());
            });
  }

  private Trial<D> step(Trial<D> before, Recorded<StoredEvent> stored) {
    try {
      @Nullable D document = before.document();
      for (Recorded<?> event : appliers.decode(stored)) {
        document = appliers.projection().apply(document, event).document();
      }
      return new Trial<>(before.stream(), stored.revision(), null, document);
    } catch (RuntimeException e) {
      return new Trial<>(before.stream(), before.revision(), e.toString(), before.document());
    }
  }
}
