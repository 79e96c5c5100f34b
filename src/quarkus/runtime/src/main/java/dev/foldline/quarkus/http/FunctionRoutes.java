package dev.foldline.quarkus.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.quarkus.funqy.runtime.FunctionRecorder;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.spi.runtime.SecurityCheckStorage;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.validation.Validator;
import org.jboss.logging.Logger;

/**
 * Puts every Funqy function under its name, ahead of Funqy's own HTTP binding.
 *
 * <p>That binding can set neither status nor headers, names no field that is wrong, and always
 * takes a worker thread; see the decision on HTTP.
 */
@Singleton
final class FunctionRoutes {

  private static final Logger LOG = Logger.getLogger("dev.foldline");

  private static final int AHEAD_OF_THE_BODY = RouteConstants.ROUTE_ORDER_BODY_HANDLER - 1;

  /** Behind the handlers that read and bound the body, ahead of routes without an order. */
  private static final int AHEAD_OF_FUNQY = RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT + 1;

  private static final int BEHIND_ALL = 10 * RouteConstants.ROUTE_ORDER_AFTER_DEFAULT;

  private final Validator validator;
  private final ObjectMapper json;
  private final FunctionMetrics metrics;
  private final CurrentIdentityAssociation identity;
  private final SecurityCheckStorage checks;

  FunctionRoutes(
      Validator validator,
      ObjectMapper json,
      FunctionMetrics metrics,
      CurrentIdentityAssociation identity,
      SecurityCheckStorage checks) {
    this.identity = identity;
    this.checks = checks;
    this.validator = validator;
    this.json = json;
    this.metrics = metrics;
  }

  /** An application without functions, such as one of channels alone, has no registry of them. */
  void register(@Observes Router router) {
    if (FunctionRecorder.registry == null) {
      return;
    }
    for (FunctionInvoker function : FunctionRecorder.registry.invokers()) {
      FunctionRoute route = new FunctionRoute(function, validator, json, metrics, identity, checks);
      String path = "/" + function.getName();
      router.route(path).order(AHEAD_OF_THE_BODY).handler(FunctionRoutes::takeAsJson);
      router.route(path).order(AHEAD_OF_FUNQY).handler(route).failureHandler(route::fail);
      LOG.debugf("function %s", route.describe());
    }
    router.route().order(BEHIND_ALL).handler(this::notFound);
  }

  /**
   * A body is JSON whatever it is called: as a form, which is what curl calls it, it would be
   * parsed and bounded as one.
   */
  private static void takeAsJson(RoutingContext request) {
    if (request.request().headers().contains(HttpHeaders.CONTENT_TYPE)) {
      request.request().headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
    }
    request.next();
  }

  private void notFound(RoutingContext request) {
    Outcome.ofStatus(404, "").send(request.response(), json);
  }
}
