package dev.foldline.reactions;

import dev.foldline.core.Effect.Perform;
import dev.foldline.core.Performs.Attempt;
import io.smallrye.mutiny.Uni;
import java.time.Duration;

/**
 * Tries while an event is held, again and again, and never for longer than that, however many
 * activities the event has.
 *
 * @param until when it is held no longer, by {@link System#nanoTime}
 */
record HeldTries(Activities activities, long until) implements Tries {

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final long LEAST_NANOS = 1_000_000;

  static HeldTries forAtMost(Duration hold, Activities activities) {
    return new HeldTries(activities, System.nanoTime() + hold.toNanos());
  }

  @Override
  public <I> Uni<Tried> perform(Perform<I> effect, Attempt attempt) {
    return activities
        .perform(effect, attempt, Duration.ofNanos(Math.max(LEAST_NANOS, left())))
        .<Tried>map(Tried.Over::new)
        .onFailure()
        .recoverWithUni(
            failure ->
                left() < PAUSE.toNanos()
                    ? Uni.createFrom().item(new Tried.Later(failure.toString()))
                    : Uni.createFrom()
                        .voidItem()
                        .onItem()
                        .delayIt()
                        .by(PAUSE)
                        .chain(() -> perform(effect, attempt)));
  }

  private long left() {
    return until - System.nanoTime();
  }
}
