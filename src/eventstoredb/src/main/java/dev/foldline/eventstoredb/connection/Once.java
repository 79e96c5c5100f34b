package dev.foldline.eventstoredb.connection;

import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is done once. Whoever asks for it while it is being done waits for that; where it failed it
 * is begun again for the next one who asks. Safe for use by many threads.
 */
final class Once {

  private static final Uni<Void> DONE = Uni.createFrom().voidItem();

  private final Supplier<Uni<Void>> task;
  private volatile boolean done;
  private @Nullable Uni<Void> attempt;

  Once(Supplier<Uni<Void>> task) {
    this.task = task;
  }

  /** Nothing, which is done. */
  static Once nothing() {
    Once nothing = new Once(() -> DONE);
    nothing.done = true;
    return nothing;
  }

  boolean isDone() {
    return done;
  }

  Uni<Void> done() {
    return done ? DONE : Uni.createFrom().deferred(this::attempt);
  }

  private synchronized Uni<Void> attempt() {
    if (attempt == null) {
      attempt =
          Uni.createFrom()
              .deferred(task::get)
              .invoke(() -> done = true)
              .onTermination()
              .invoke(this::ended)
              .memoize()
              .indefinitely();
    }
    return attempt;
  }

  private synchronized void ended() {
    attempt = null;
  }
}
