package dev.foldline.quarkus.http;

import dev.foldline.core.Failure;
import io.quarkus.arc.Arc;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Answers a failure of a JAX-RS resource as that of a function. Applications without JAX-RS never
 * load it; one that maps a failure in another way has its own mapper found first.
 */
@Provider
@Priority(Priorities.USER + 1_000)
@SuppressWarnings("NullAway.Init") // JAX-RS sets the fields
public final class FailureMapper implements ExceptionMapper<Failure> {

  @Context HttpHeaders headers;
  @Context UriInfo uri;

  @Override
  public Response toResponse(Failure failure) {
    String traceId = HttpCall.traceId(headers.getHeaderString(HttpCall.TRACEPARENT));
    Outcome outcome = challenged(Problems.of(uri.getPath(), failure, traceId));
    Response.ResponseBuilder response =
        Response.status(outcome.status()).type(Outcome.CONTENT_TYPE).entity(outcome.body());
    outcome.headers().forEach(response::header);
    return response.build();
  }

  /** A challenge that takes time is not waited for. */
  private static Outcome challenged(Outcome outcome) {
    @Nullable RoutingContext request =
        Arc.container().instance(CurrentVertxRequest.class).get().getCurrent();
    return request == null
        ? outcome
        : Problems.challenged(request, outcome).subscribeAsCompletionStage().getNow(outcome);
  }
}
