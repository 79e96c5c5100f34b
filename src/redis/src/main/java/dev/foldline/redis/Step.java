package dev.foldline.redis;

import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stored event makes of a state.
 *
 * @param json the state as Redis is to have it
 * @param changes in views that cross documents
 */
record Step<D>(@Nullable D state, String json, List<Change> changes) {

  /**
   * Applies what a stored event is by now, one after another. Fails where one can't be applied, or
   * the state can't be written.
   */
  static <D> Step<D> of(
      Projection<D> projection,
      @Nullable D before,
      List<? extends Recorded<?>> events,
      ReadModels models) {
    @Nullable D state = before;
    List<Change> changes = new ArrayList<>();
    for (Recorded<?> event : events) {
      Changes<D> made = projection.apply(state, event);
      state = made.state();
      changes.addAll(made.shared());
    }
    return new Step<>(state, models.write(state), changes);
  }
}
