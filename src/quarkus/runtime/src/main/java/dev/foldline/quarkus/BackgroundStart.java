package dev.foldline.quarkus;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * When that begins which nobody has called for, such as projections and channels: after the first
 * call was answered, whose processor it would take, or soon if nobody calls.
 */
@Singleton
public class BackgroundStart {

  private static final Duration UNCALLED = Duration.ofMillis(250);

  private final CompletableFuture<Void> begun = new CompletableFuture<>();

  /** Completes when it is time. */
  public Uni<Void> time() {
    return Uni.createFrom().completionStage(begun::copy);
  }

  void unlessCalled(@Observes StartupEvent event, Vertx vertx) {
    vertx.setTimer(UNCALLED.toMillis(), _ -> begin());
  }

  void awaitAnswer(@Observes Router router) {
    Route first = router.route().order(Integer.MIN_VALUE);
    first.handler(
        call -> {
          first.remove();
          call.addEndHandler(_ -> begin());
          call.next();
        });
  }

  /** Not as part of the call. */
  private void begin() {
    begun.completeAsync(() -> null, Infrastructure.getDefaultExecutor());
  }
}
