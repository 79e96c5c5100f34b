package dev.foldline.quarkus.http;

import io.quarkus.arc.Arc;
import io.quarkus.arc.InjectableContext.ContextState;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniSubscriber;
import io.smallrye.mutiny.subscription.UniSubscription;
import org.jspecify.annotations.Nullable;

/**
 * What a function has begun: the beans of its request scope live until that ends, or until its
 * caller goes away, for whom nothing is done any more. Safe for use by many threads.
 */
final class FunctionWork implements UniSubscriber<Object> {

  private final FunctionAnswer answer;
  private @Nullable ContextState beans;
  private @Nullable UniSubscription work;
  private boolean gone;

  FunctionWork(FunctionAnswer answer) {
    this.answer = answer;
  }

  /**
   * The function was called.
   *
   * @param scope the request scope that it was called in
   */
  void begin(Uni<?> output, ContextState scope) {
    synchronized (this) {
      beans = scope;
    }
    output.subscribe().withSubscriber(this);
  }

  synchronized boolean isGone() {
    return gone;
  }

  @Override
  public void onSubscribe(UniSubscription begun) {
    synchronized (this) {
      work = begun;
    }
    if (isGone()) {
      cancel();
    }
  }

  @Override
  public void onItem(@Nullable Object result) {
    end();
    answer.done(result);
  }

  @Override
  public void onFailure(Throwable failure) {
    end();
    answer.fail(failure);
  }

  /** The caller goes away. */
  void leave() {
    synchronized (this) {
      gone = true;
    }
    answer.count("gone");
    cancel();
  }

  private void cancel() {
    @Nullable UniSubscription begun;
    synchronized (this) {
      begun = work;
    }
    if (begun != null) {
      begun.cancel();
      end();
    }
  }

  /** Once: the scope sees to that. */
  private void end() {
    @Nullable ContextState scope;
    synchronized (this) {
      scope = beans;
    }
    Arc.container().requestContext().destroy(scope);
  }
}
