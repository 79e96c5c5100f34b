package dev.foldline.quarkus.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.quarkus.AllowedCallers;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.quarkus.Role;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.quarkus.funqy.runtime.FunctionRecorder;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.security.AuthenticationRedirectException;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.spi.runtime.SecurityCheckStorage;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.validation.Validator;
import java.lang.reflect.Method;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Puts every Funqy function under its name that this instance answers: the HTTP binding of Funqy's
 * functions.
 *
 * <p>Funqy's own can set neither status nor headers, names no field that is wrong, and always takes
 * a worker thread; see the decision on HTTP.
 */
@Singleton
final class FunctionRoutes {

  private static final Logger LOG = Logger.getLogger("dev.foldline");

  private static final int AHEAD_OF_THE_BODY = RouteConstants.ROUTE_ORDER_BODY_HANDLER - 1;

  /** Behind the handlers that read and bound the body, ahead of routes without an order. */
  private static final int BEHIND_THE_BODY = RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT + 1;

  private static final int BEHIND_ALL = 10 * RouteConstants.ROUTE_ORDER_AFTER_DEFAULT;

  private final Validator validator;
  private final ObjectMapper json;
  private final FunctionMetrics metrics;
  private final BegunAnswers begun;
  private final HttpCall.Scope scope;
  private final CurrentIdentityAssociation identity;
  private final SecurityCheckStorage checks;
  private final LaunchMode mode;
  private final Set<Role> roles;
  private final AllowedCallers callers;

  FunctionRoutes(
      Validator validator,
      ObjectMapper json,
      FunctionMetrics metrics,
      BegunAnswers begun,
      HttpCall.Scope scope,
      CurrentIdentityAssociation identity,
      SecurityCheckStorage checks,
      LaunchMode mode,
      FoldlineConfig config) {
    this.mode = mode;
    this.roles = config.run();
    this.callers = AllowedCallers.of(config, mode);
    this.scope = scope;
    this.identity = identity;
    this.checks = checks;
    this.validator = validator;
    this.json = json;
    this.metrics = metrics;
    this.begun = begun;
  }

  /** An application without functions, such as one of channels alone, has no registry of them. */
  void register(@Observes Router router) {
    if (FunctionRecorder.registry == null) {
      return;
    }
    for (FunctionInvoker function : FunctionRecorder.registry.invokers()) {
      if (!isAnswered(function.getMethod())) {
        continue;
      }
      FunctionRoute route =
          new FunctionRoute(
              function, validator, json, metrics, begun, scope, identity, checks, callers);
      String path = "/" + function.getName();
      router.route(path).order(AHEAD_OF_THE_BODY).handler(HttpCall::readAsItIs);
      router.route(path).order(BEHIND_THE_BODY).handler(route).failureHandler(route::fail);
      LOG.debugf("function %s", route.describe());
    }
    router.route().order(BEHIND_ALL).handler(FunctionRoutes::notFound).failureHandler(this::failed);
  }

  private boolean isAnswered(Method function) {
    return roles.contains(function.isAnnotationPresent(Query.class) ? Role.QUERIES : Role.COMMANDS);
  }

  private static void notFound(RoutingContext request) {
    Problems.answer(new HttpCall("", request), Outcome.ofStatus(404, ""));
  }

  /**
   * Answers what failed and no route of its own answers, but for a developer's bugs, whose page
   * Quarkus makes in development, and for callers who are sent elsewhere to log in.
   */
  private void failed(RoutingContext request) {
    boolean isPage = mode == LaunchMode.DEVELOPMENT && request.statusCode() >= 500;
    if (isPage || request.failure() instanceof AuthenticationRedirectException) {
      request.next();
    } else {
      HttpCall call = new HttpCall("", request);
      Problems.answer(call, Problems.of(call));
    }
  }
}
