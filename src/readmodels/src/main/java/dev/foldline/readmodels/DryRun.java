package dev.foldline.readmodels;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.readmodels.Parking.Trial;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what would come of a stream with the code as it is, and writes nothing. Where its
 * events name their documents, it is what they alone make of those.
 */
final class DryRun<D> {

  private final Applier.Factory<D> appliers;

  DryRun(Applier.Factory<D> appliers) {
    this.appliers = appliers;
  }

  /** Folds a stream from its beginning. */
  Uni<Trial<D>> of(String stream) {
    return from(new Trial<>(stream, -1, null, null), new HashMap<>());
  }

  /**
   * Folds it on.
   *
   * @param states by the key of the document
   */
  private Uni<Trial<D>> from(Trial<D> before, Map<String, D> states) {
    return appliers
        .readable(before.stream(), before.revision() + 1, Replays.PAGE)
        .chain(
            events -> {
              boolean begins = !events.isEmpty() && events.getFirst().revision() == 0;
              if (before.revision() < 0 && !begins) {
                return Uni.createFrom()
                    .item(failed(before, "its first events can't be read any more"));
              }
              Trial<D> trial = before;
              for (Recorded<StoredEvent> event : events) {
                trial = step(trial, event, states);
                if (trial.error() != null) {
                  return Uni.createFrom().item(trial);
                }
              }
              return events.size() < Replays.PAGE
                  ? Uni.createFrom().item(trial)
                  : from(trial, states);
            });
  }

  private Trial<D> step(Trial<D> before, Recorded<StoredEvent> stored, Map<String, D> states) {
    Projection<D> projection = appliers.projection();
    try {
      @Nullable D document = before.document();
      for (Recorded<?> event : appliers.decode(stored)) {
        String key = projection.keyOf(event);
        document = projection.apply(states.get(key), event).state();
        states.put(key, document);
      }
      return new Trial<>(before.stream(), stored.revision(), null, document);
    } catch (RuntimeException e) {
      return failed(before, e.toString());
    }
  }

  private static <D> Trial<D> failed(Trial<D> before, String error) {
    return new Trial<>(before.stream(), before.revision(), error, before.document());
  }
}
