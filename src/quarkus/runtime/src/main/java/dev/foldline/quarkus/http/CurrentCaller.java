package dev.foldline.quarkus.http;

import dev.foldline.core.Caller;
import io.quarkus.arc.Arc;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who makes the HTTP call of now; anonymous where nothing authenticates, and outside a call. Ask on
 * the thread that the function was called on.
 */
@Singleton
public final class CurrentCaller implements Supplier<Caller> {

  private final CurrentVertxRequest request;

  CurrentCaller(CurrentVertxRequest request) {
    this.request = request;
  }

  @Override
  public Caller get() {
    return HttpCall.current()
        .map(HttpCall::request)
        .or(this::ofResource)
        .map(Callers::of)
        .orElse(Caller.ANONYMOUS);
  }

  /** A resource of JAX-RS, or what else has requests but is no function. */
  private Optional<RoutingContext> ofResource() {
    return Arc.container().requestContext().isActive()
        ? Optional.ofNullable(request.getCurrent())
        : Optional.empty();
  }
}
