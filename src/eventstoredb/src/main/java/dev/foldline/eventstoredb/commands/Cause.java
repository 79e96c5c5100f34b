package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Recorded;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The event that is being handled, on a Vert.x context of its own: the cause of what follows. */
public final class Cause {

  /** In the metadata of an event, as EventStoreDB has it: what it belongs to. */
  public static final String CORRELATION = "$correlationId";

  /** In the metadata of an event, as EventStoreDB has it: from which event it follows. */
  public static final String CAUSATION = "$causationId";

  /** As that of an HTTP call is at most. */
  private static final int LONGEST_CORRELATION = 255;

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

  /** The metadata of what follows from an event: it belongs to what that belongs to. */
  public static Map<String, String> metadata(Recorded<?> event) {
    String id = event.eventId().toString();
    String whole =
        event.metadata().get(CORRELATION) instanceof String named
                && named.length() <= LONGEST_CORRELATION
            ? named
            : id;
    return Map.of(CORRELATION, whole, CAUSATION, id);
  }
}
