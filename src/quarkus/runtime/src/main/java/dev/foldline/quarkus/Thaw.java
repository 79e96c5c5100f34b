package dev.foldline.quarkus;

import dev.foldline.core.commands.ProcessImage;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.reactions.StoreClock;
import dev.foldline.redis.Views;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.crac.Core;
import org.crac.Resource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has an instance go on that its platform stopped between two calls, be it for seconds or days, or
 * that was made of an image of another one's memory: before the next call, connections are made
 * anew which may have died without a word, and what was known of the time is forgotten. One that
 * holds subscriptions is not stopped like that, and they look after themselves.
 *
 * @see <a href="https://github.com/CRaC/org.crac">Coordinated Restore at Checkpoint</a>, by which
 *     Lambda's SnapStart tells of an image
 */
@Singleton
class Thaw implements Resource {

  private static final Logger LOG = Logger.getLogger("dev.foldline");
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration LIMIT = Duration.ofSeconds(2);

  /** Ahead of whatever else looks at a request. */
  private static final int FIRST = Integer.MAX_VALUE;

  private final Vertx vertx;

  /** Not made before they are needed: filters are, before the configuration is looked at. */
  private final Instance<EventStore> store;

  private final Instance<Views> views;
  private final Instance<StoreClock> clock;
  private final boolean maySleep;
  private final Standstill standstill = new Standstill(System::currentTimeMillis, System::nanoTime);
  private volatile @Nullable Uni<Void> renewing;
  private long timer = -1;

  Thaw(
      Vertx vertx,
      Instance<EventStore> store,
      Instance<Views> views,
      Instance<StoreClock> clock,
      FoldlineConfig config) {
    this.maySleep = config.run().stream().allMatch(Role::maySleep);
    this.vertx = vertx;
    this.store = store;
    this.views = views;
    this.clock = clock;
  }

  void start(@Observes StartupEvent event) {
    if (maySleep) {
      timer = vertx.setPeriodic(PERIOD.toMillis(), _ -> tick());
      Core.getGlobalContext().register(this);
    }
  }

  void stop(@Observes ShutdownEvent event) {
    vertx.cancelTimer(timer);
  }

  void register(@Observes Filters filters) {
    if (maySleep) {
      filters.register(this::ahead, FIRST);
    }
  }

  private synchronized void tick() {
    if (standstill.tick()) {
      LOG.debug("this process stood still: its connections are made anew");
      Uni<Void> begun = renew();
      renewing = begun;
      begun.subscribe().with(_ -> ended(begun));
    }
  }

  private synchronized void ended(Uni<Void> which) {
    if (renewing == which) {
      renewing = null;
    }
  }

  /** Lets a request pass once nothing goes by an old connection. */
  private void ahead(RoutingContext request) {
    if (standstill.isOver()) {
      tick();
    }
    @Nullable Uni<Void> before = renewing;
    if (before == null) {
      request.next();
      return;
    }
    HttpServerRequest http = request.request().pause();
    Context context = vertx.getOrCreateContext();
    before
        .subscribe()
        .with(
            _ ->
                context.runOnContext(
                    _ -> {
                      http.resume();
                      request.next();
                    }));
  }

  private Uni<Void> renew() {
    clock.get().forget();
    return Uni.join()
        .all(store.get().renew(), views.get().renew())
        .andCollectFailures()
        .ifNoItem()
        .after(LIMIT)
        .fail()
        .replaceWithVoid()
        .onFailure()
        .recoverWithNull()
        .memoize()
        .indefinitely();
  }

  /** Of an image no connection is part. */
  @Override
  public void beforeCheckpoint(org.crac.Context<? extends Resource> context) {
    renew().await().atMost(LIMIT.plus(LIMIT));
  }

  @Override
  public void afterRestore(org.crac.Context<? extends Resource> context) {
    ProcessImage.restored();
    clock.get().forget();
    standstill.tick();
  }
}
