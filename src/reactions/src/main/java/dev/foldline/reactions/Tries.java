package dev.foldline.reactions;

import dev.foldline.core.Effect.Perform;
import dev.foldline.core.Performs.Attempt;
import dev.foldline.core.Result;
import io.smallrye.mutiny.Uni;

/** Tries activities for as long as there is time. */
interface Tries {

  /** What came of it. */
  sealed interface Tried {

    record Over(Result result) implements Tried {}

    /** It is to be tried again, later. */
    record Later(String reason) implements Tried {}
  }

  /** None. */
  Tries NONE =
      new Tries() {
        @Override
        public <I> Uni<Tried> perform(Perform<I> effect, Attempt attempt) {
          return Uni.createFrom().item(new Tried.Later("it is not tried"));
        }
      };

  /** Tries it. It does not fail. */
  <I> Uni<Tried> perform(Perform<I> effect, Attempt attempt);
}
