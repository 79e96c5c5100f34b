package dev.foldline.reactions;

import dev.foldline.core.Effect.Perform;
import dev.foldline.core.Performs.Attempt;
import io.smallrye.mutiny.Uni;

/** Tries each activity once. */
record OneTry(Activities activities) implements Tries {

  @Override
  public <I> Uni<Tried> perform(Perform<I> effect, Attempt attempt) {
    return activities
        .perform(effect, attempt)
        .<Tried>map(Tried.Over::new)
        .onFailure()
        .recoverWithItem(failure -> new Tried.Later(failure.toString()));
  }
}
