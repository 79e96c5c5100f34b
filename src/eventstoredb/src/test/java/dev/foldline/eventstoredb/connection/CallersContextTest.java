package dev.foldline.eventstoredb.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Answers come on the caller's context")
class CallersContextTest {

  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal loop = (ContextInternal) vertx.getOrCreateContext();

  @AfterEach
  void end() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void at_once_where_that_is_on_the_thread_of_now() throws Exception {
    Context caller = loop.duplicate();
    Context other = loop.duplicate();
    Executor callers = on(caller, CallersContext::now);

    List<Object> seen =
        on(
            other,
            () -> {
              List<Object> contexts = new ArrayList<>();
              callers.execute(() -> contexts.add(Vertx.currentContext()));
              contexts.add(Vertx.currentContext());
              return contexts;
            });

    assertThat(seen).containsExactly(caller, other);
  }

  @Test
  void from_any_other_thread() throws Exception {
    Context caller = loop.duplicate();
    Executor callers = on(caller, CallersContext::now);
    CompletableFuture<Object> seen = new CompletableFuture<>();

    callers.execute(() -> seen.complete(Vertx.currentContext()));

    assertThat(seen.get(20, TimeUnit.SECONDS)).isSameAs(caller);
  }

  private static <T> T on(Context context, Supplier<T> work) throws Exception {
    CompletableFuture<T> done = new CompletableFuture<>();
    context.runOnContext(_ -> done.complete(work.get()));
    return done.get(20, TimeUnit.SECONDS);
  }
}
