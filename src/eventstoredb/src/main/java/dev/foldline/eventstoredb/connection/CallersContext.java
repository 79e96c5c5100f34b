package dev.foldline.eventstoredb.connection;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.concurrent.Executor;

/** Where a caller wants its answer: on its Vert.x context, if it has one. */
public final class CallersContext {

  private CallersContext() {}

  /** That of the caller of now; else a pool, so that callers don't hold each other up. */
  public static Executor now() {
    Context context = Vertx.currentContext();
    return context == null
        ? Infrastructure.getDefaultExecutor()
        : task -> ((ContextInternal) context).emit(task, Runnable::run);
  }
}
