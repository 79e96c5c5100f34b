package dev.foldline.eventstoredb.connection;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.concurrent.Executor;

/** Where a caller wants its answer: on its Vert.x context, if it has one. */
public final class CallersContext {

  private CallersContext() {}

  /**
   * That of the caller of now, at once where its event loop is the thread of then; else a pool, so
   * that callers don't hold each other up.
   */
  public static Executor now() {
    return Vertx.currentContext() instanceof ContextInternal context
        ? task -> context.emit(task, Runnable::run)
        : Infrastructure.getDefaultExecutor();
  }
}
