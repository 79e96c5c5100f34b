package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Recorded;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The event that is being handled, on a Vert.x context of its own: the cause of what follows. */
public final class Cause {

  private static final String KEY = Cause.class.getName();

  private Cause() {}

  /**
   * Whatever is done on a context follows from an event.
   *
   * @param context of this event alone
   */
  public static void put(Context context, Recorded<?> event) {
    context.putLocal(KEY, event);
  }

  /** That of the context of now. */
  public static Optional<Recorded<?>> current() {
    @Nullable Context context = Vertx.currentContext();
    return context instanceof ContextInternal here && here.isDuplicate()
        ? Optional.ofNullable(context.getLocal(KEY))
        : Optional.empty();
  }
}
