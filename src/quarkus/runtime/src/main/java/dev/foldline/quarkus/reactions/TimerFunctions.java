package dev.foldline.quarkus.reactions;

import dev.foldline.quarkus.http.Operation;
import dev.foldline.reactions.ReactionRunner;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * The operation by which a platform's scheduler has reminders take place where no instance runs all
 * the time, as a function: {@code fire-timers}. It may be called at any time, and any number of
 * times at once.
 *
 * <p>It is part of an application that is built with {@code foldline.operations.enabled=true}, and
 * is for callers with the role {@code foldline.operations.role}. Without any means to find out who
 * is calling, nobody has it.
 */
@Singleton
@RolesAllowed("${foldline.operations.role}")
public class TimerFunctions {

  private final Reactions reactions;

  TimerFunctions(Reactions reactions) {
    this.reactions = reactions;
  }

  /** How many reminders were due, and are over. */
  public record Fired(long fired) {}

  /** Has every reminder take place that is due by the event store's time, for 20 s at most. */
  @Operation
  public Uni<Fired> fire() {
    List<? extends ReactionRunner<?>> runners = reactions.runners();
    return runners.isEmpty()
        ? Uni.createFrom().item(new Fired(0))
        : Uni.join()
            .all(runners.stream().map(ReactionRunner::fire).toList())
            .andCollectFailures()
            .map(fired -> new Fired(fired.stream().mapToLong(Long::longValue).sum()));
  }
}
