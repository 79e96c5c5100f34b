package dev.foldline.quarkus.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Begun;
import dev.foldline.core.Unavailable;
import dev.foldline.quarkus.AllowedCallers;
import io.quarkus.arc.Arc;
import io.quarkus.arc.InjectableContext.ContextState;
import io.quarkus.arc.ManagedContext;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.quarkus.funqy.runtime.FunqyServerRequest;
import io.quarkus.funqy.runtime.FunqyServerResponse;
import io.quarkus.funqy.runtime.RequestContext;
import io.quarkus.funqy.runtime.RequestContextImpl;
import io.quarkus.security.AuthenticationRedirectException;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.spi.runtime.SecurityCheck;
import io.quarkus.security.spi.runtime.SecurityCheckStorage;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.quarkus.virtual.threads.VirtualThreadsRecorder;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import jakarta.validation.Validator;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One function over HTTP: reads its input, runs it where its signature says, answers what came out.
 *
 * <p>A function that returns a {@code Uni} runs on the event loop unless it is {@link Blocking};
 * one that is marked {@link RunOnVirtualThread} runs on a virtual thread; all others run on a
 * worker thread.
 */
final class FunctionRoute implements Handler<RoutingContext> {

  /** With whoever finds out who is calling. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Object[] NO_INPUT = {};

  /** Where a function runs. */
  private enum Runs {
    ON_THE_EVENT_LOOP,
    ON_A_WORKER,
    ON_A_VIRTUAL_THREAD
  }

  private final FunctionInvoker function;
  private final FunctionKind kind;
  private final Runs runs;
  private final @Nullable InputReader input;
  private final ObjectMapper json;
  private final FunctionMetrics metrics;
  private final BegunAnswers begun;
  private final HttpCall.Scope scope;
  private final CurrentIdentityAssociation identity;
  private final @Nullable SecurityCheck check;
  private final boolean isForAnyone;

  FunctionRoute(
      FunctionInvoker function,
      Validator validator,
      ObjectMapper json,
      FunctionMetrics metrics,
      BegunAnswers begun,
      HttpCall.Scope scope,
      CurrentIdentityAssociation identity,
      SecurityCheckStorage checks,
      AllowedCallers callers) {
    this.begun = begun;
    this.scope = scope;
    this.identity = identity;
    this.check = checks.getSecurityCheck(function.getMethod());
    this.isForAnyone = callers == AllowedCallers.ANYONE || (check != null && check.isPermitAll());
    this.function = function;
    this.kind = FunctionKind.of(function);
    this.runs = runs(function.getMethod());
    this.input = function.hasInput() ? new InputReader(function.getInputType(), validator) : null;
    this.json = json;
    this.metrics = metrics;
  }

  private static Runs runs(Method method) {
    if (method.isAnnotationPresent(RunOnVirtualThread.class)) {
      return Runs.ON_A_VIRTUAL_THREAD;
    } else if (method.getReturnType() == Uni.class && !method.isAnnotationPresent(Blocking.class)) {
      return Runs.ON_THE_EVENT_LOOP;
    } else {
      return Runs.ON_A_WORKER;
    }
  }

  String describe() {
    return kind.methods().getLast() + " /" + function.getName();
  }

  @Override
  public void handle(RoutingContext request) {
    HttpCall http = new HttpCall(function.getName(), request);
    http.enter();
    Call call = new Call(http);
    request.remove(QuarkusHttpUser.AUTH_FAILURE_HANDLER); // it would answer beside us
    if (!kind.methods().contains(request.request().method())) {
      String allow = String.join(", ", kind.methods().stream().map(HttpMethod::name).toList());
      request.response().putHeader(HttpHeaders.ALLOW, allow);
      call.answer.give(Outcome.ofStatus(405, ""));
    } else {
      request.addEndHandler(
          ended -> {
            if (ended.failed()) {
              call.work.leave();
            }
          });
      if (Callers.areUnknown(request)) {
        identify(request, call);
      } else {
        begin(call);
      }
    }
  }

  /**
   * Where callers are only identified when someone asks, they are before the input of the function
   * is read.
   */
  private void identify(RoutingContext request, Call call) {
    Context context = request.vertx().getOrCreateContext();
    QuarkusHttpUser.getSecurityIdentity(request, null)
        .ifNoItem()
        .after(PATIENCE)
        .failWith(() -> new Unavailable("who is calling was not found out in time"))
        .emitOn(task -> context.runOnContext(_ -> task.run()))
        .subscribe()
        .with(
            caller -> {
              if (caller != null) {
                QuarkusHttpUser.setIdentity(caller, request);
              }
              begin(call);
            },
            call.answer::fail);
  }

  /** Answers what failed on the way to the function, such as a body that is too large. */
  void fail(RoutingContext request) {
    if (request.failure() instanceof AuthenticationRedirectException) {
      request.next();
    } else {
      HttpCall http = new HttpCall(function.getName(), request);
      new Call(http).answer.give(Problems.of(http));
    }
  }

  private void begin(Call call) {
    switch (runs) {
      case ON_THE_EVENT_LOOP -> call.run();
      case ON_A_VIRTUAL_THREAD -> VirtualThreadsRecorder.getCurrent().execute(call);
      case ON_A_WORKER -> {
        Future<?> _ = call.request.vertx().executeBlocking(() -> done(call), false);
      }
    }
  }

  private static boolean done(Runnable task) {
    task.run();
    return true;
  }

  /** One call of the function. */
  private final class Call implements Runnable, FunqyServerRequest, FunqyServerResponse {

    private final HttpCall http;
    private final RoutingContext request;
    private final FunctionAnswer answer;
    private final FunctionWork work;
    private final RequestContext context = new RequestContextImpl();
    private @Nullable Uni<?> output;

    Call(HttpCall http) {
      this.http = http;
      this.request = http.request();
      this.answer = new FunctionAnswer(http, json, metrics, kind.isCommand());
      this.work = new FunctionWork(answer);
    }

    @Override
    public void run() {
      if (work.isGone()) {
        return;
      }
      ManagedContext requests = Arc.container().requestContext();
      ContextState beans = requests.activate();
      try {
        scope.enter(http);
        authorize();
        if (http.hasForeignBody()) {
          throw new HttpException(415);
        }
        function.invoke(this, this);
      } catch (Throwable e) { // whatever it is, someone waits for the answer
        output = Uni.createFrom().failure(e);
      } finally {
        requests.deactivate();
      }
      work.begin(
          kind == FunctionKind.PROCESS
              ? getOutput().chain(process -> begun.answer(http, (Begun) process))
              : getOutput(),
          beans);
    }

    /** Finds out who is calling, and whether they may, before their input is read. */
    private void authorize() {
      if (!isForAnyone && !Callers.isKnown(request)) {
        throw new UnauthorizedException();
      }
      if (request.user() instanceof QuarkusHttpUser user) {
        SecurityIdentity known = user.getSecurityIdentity();
        identity.setIdentity(known);
        if (check != null) {
          check.apply(known, function.getMethod(), NO_INPUT);
        }
      } else {
        identity.setIdentity(QuarkusHttpUser.getSecurityIdentity(request, null));
      }
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
      return Objects.requireNonNull(output);
    }

    @Override
    public void setOutput(Uni<?> output) {
      this.output = output;
    }
  }
}
