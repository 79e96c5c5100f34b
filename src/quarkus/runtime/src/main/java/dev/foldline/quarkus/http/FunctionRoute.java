package dev.foldline.quarkus.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Receipt;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;
import io.quarkus.funqy.runtime.ApplicationException;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.quarkus.funqy.runtime.FunqyServerRequest;
import io.quarkus.funqy.runtime.FunqyServerResponse;
import io.quarkus.funqy.runtime.RequestContext;
import io.quarkus.funqy.runtime.RequestContextImpl;
import io.quarkus.virtual.threads.VirtualThreadsRecorder;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.Validator;
import java.lang.reflect.Method;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One function over HTTP: reads its input, runs it where its signature says, answers what came out.
 *
 * <p>A function that returns a {@code Uni} runs on the event loop unless it is {@link Blocking};
 * one that is marked {@link RunOnVirtualThread} runs on a virtual thread; all others run on a
 * worker thread.
 */
final class FunctionRoute implements Handler<RoutingContext> {

  private static final Logger LOG = Logger.getLogger(FunctionRoute.class);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final FunctionInvoker function;
  private final @Nullable InputReader input;
  private final List<HttpMethod> methods;
  private final ObjectMapper json;
  private final FunctionMetrics metrics;

  FunctionRoute(
      FunctionInvoker function, Validator validator, ObjectMapper json, FunctionMetrics metrics) {
    this.function = function;
    this.input = function.hasInput() ? new InputReader(function.getInputType(), validator) : null;
    this.methods = methods(function);
    this.json = json;
    this.metrics = metrics;
  }

  private static List<HttpMethod> methods(FunctionInvoker function) {
    if (isCommand(function)) {
      return List.of(HttpMethod.POST);
    } else if (function.getMethod().isAnnotationPresent(Query.class)) {
      return List.of(HttpMethod.GET, HttpMethod.HEAD);
    } else {
      return List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST);
    }
  }

  private static boolean isCommand(FunctionInvoker function) {
    return Receipt.class.equals(function.getOutputType());
  }

  String describe() {
    return methods.getLast() + " /" + function.getName();
  }

  @Override
  public void handle(RoutingContext request) {
    Call call = new Call(request, System.nanoTime());
    if (!methods.contains(request.request().method())) {
      String allow = String.join(", ", methods.stream().map(HttpMethod::name).toList());
      request.response().putHeader(HttpHeaders.ALLOW, allow);
      call.answer(Outcome.ofStatus(405, ""));
    } else {
      executor(request.vertx()).execute(call);
    }
  }

  /** Answers what failed on the way to the function, such as a body that is too large. */
  void fail(RoutingContext request) {
    Call call = new Call(request, System.nanoTime());
    if (request.failure() != null && request.statusCode() >= 500) {
      call.fail(request.failure());
    } else {
      call.answer(Outcome.ofStatus(request.statusCode(), traceId(request)));
    }
  }

  private Executor executor(Vertx vertx) {
    Method method = function.getMethod();
    if (method.isAnnotationPresent(RunOnVirtualThread.class)) {
      return VirtualThreadsRecorder.getCurrent();
    } else if (method.getReturnType() == Uni.class && !method.isAnnotationPresent(Blocking.class)) {
      return Runnable::run;
    } else {
      return task -> vertx.executeBlocking(() -> done(task), false);
    }
  }

  private static boolean done(Runnable task) {
    task.run();
    return true;
  }

  /** The trace id of the caller, else a new one. */
  private static String traceId(RoutingContext request) {
    String traceparent = request.request().getHeader("traceparent");
    if (traceparent != null && traceparent.matches("[0-9a-f]{2}-[0-9a-f]{32}-.*")) {
      return traceparent.substring(3, 35);
    }
    byte[] id = new byte[16];
    RANDOM.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /** One call of the function. */
  private final class Call implements Runnable, FunqyServerRequest, FunqyServerResponse {

    private final RoutingContext request;
    private final long start;
    private final RequestContext context = new RequestContextImpl();
    private Uni<?> output = Uni.createFrom().nullItem();

    Call(RoutingContext request, long start) {
      this.request = request;
      this.start = start;
    }

    @Override
    public void run() {
      ManagedContext scope = Arc.container().requestContext();
      scope.activate();
      var state = scope.getState();
      try {
        function.invoke(this, this);
      } catch (RuntimeException e) {
        output = Uni.createFrom().failure(e);
      } finally {
        scope.deactivate();
      }
      output
          .onTermination()
          .invoke(() -> scope.destroy(state))
          .subscribe()
          .with(this::done, this::fail);
    }

    @Override
    public RequestContext context() {
      return context;
    }

    @Override
    @SuppressWarnings("rawtypes") // as Funqy declares it
    public Object extractInput(Class type) {
      if (input == null) {
        throw new IllegalStateException(function.getName() + " takes no input");
      }
      return request.request().method().equals(HttpMethod.POST)
          ? input.fromBody(request.body().buffer())
          : input.fromQuery(request.queryParams());
    }

    @Override
    public Uni<?> getOutput() {
      return output;
    }

    @Override
    public void setOutput(Uni<?> output) {
      this.output = output;
    }

    private void done(@Nullable Object result) {
      HttpServerResponse response = request.response();
      try {
        Buffer body = result == null ? null : Buffer.buffer(json.writeValueAsBytes(result));
        count(Outcome.DONE);
        if (response.ended() || response.closed()) {
          return;
        }
        if (result instanceof Receipt receipt) {
          response.putHeader(HttpHeaders.ETAG, "\"" + receipt.revision() + "\"");
        }
        if (body == null) {
          response.setStatusCode(204).end();
        } else {
          response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(body);
        }
      } catch (JsonProcessingException e) {
        fail(e);
      }
    }

    void fail(Throwable failure) {
      Throwable cause = unwrapped(failure);
      String traceId = traceId(request);
      Outcome outcome = Outcome.of(cause, traceId);
      if (outcome.status() == 500) {
        LOG.errorf(cause, "/%s failed, trace id %s", function.getName(), traceId);
      }
      answer(outcome);
    }

    void answer(Outcome outcome) {
      count(outcome.label());
      outcome.send(request.response(), json);
    }

    private void count(String outcome) {
      metrics.record(function.getName(), isCommand(function), outcome, System.nanoTime() - start);
    }
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof ApplicationException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
