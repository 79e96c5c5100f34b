package dev.foldline.reactions;

import dev.foldline.core.Effect.Perform;
import dev.foldline.core.Performs.Attempt;
import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Tries while the event is held, again and again, and never for longer than that. */
record HeldTries(Activities activities, Duration hold) implements Tries {

  private static final Duration PAUSE = Duration.ofSeconds(1);

  @Override
  public <I> Uni<Tried> perform(Perform<I> effect, Attempt attempt) {
    return perform(effect, attempt, System.nanoTime() + hold.toNanos());
  }

  private <I> Uni<Tried> perform(Perform<I> effect, Attempt attempt, long until) {
    return activities
        .perform(effect, attempt, Duration.ofNanos(Math.max(1, until - System.nanoTime())))
        .<Tried>map(Tried.Over::new)
        .onFailure()
        .recoverWithUni(
            failure ->
                System.nanoTime() + PAUSE.toNanos() - until > 0
                    ? Uni.createFrom().item(new Tried.Later(failure.toString()))
                    : Uni.createFrom()
                        .voidItem()
                        .onItem()
                        .delayIt()
                        .by(PAUSE)
                        .chain(() -> perform(effect, attempt, until)));
  }
}
