package dev.foldline.readmodels;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Looks from time to time what is parked, and has replayed what can be applied by now. Safe for use
 * by many threads.
 */
public final class ParkedWatch {

  private static final Logger LOG = Logger.getLogger(ParkedWatch.class);
  private static final Duration SLICE = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final String name;
  private final Parking<?> parking;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile List<Parking.Parked> latest = List.of();
  private long timer = -1;

  ParkedWatch(Vertx vertx, String name, Parking<?> parking) {
    this.vertx = vertx;
    this.name = name;
    this.parking = parking;
  }

  /**
   * @param pace between two looks
   */
  void begin(Duration pace) {
    timer = vertx.setPeriodic(pace.toMillis(), _ -> look());
  }

  void end() {
    vertx.cancelTimer(timer);
  }

  /** Looks what is parked now, and replays what can be applied by now, unless it still does. */
  private void look() {
    if (!looking.compareAndSet(false, true)) {
      return;
    }
    Uni.createFrom()
        .deferred(() -> parking.look(now -> latest = now, SLICE))
        .onTermination()
        .invoke(() -> looking.set(false))
        .subscribe()
        .with(
            replayed -> {
              if (replayed > 0) {
                LOG.infof(
                    "%s: %d events are applied that were parked before this release knew them",
                    name, replayed);
              }
            },
            failure -> LOG.debugf(failure, "%s: parked events not known", name));
  }

  /**
   * How many events were parked when last looked at; at least, where it is {@link Parking#MOST}.
   */
  public int count() {
    return latest.size();
  }

  /** For how long the oldest parked event has been parked. */
  public Duration oldest() {
    List<Parking.Parked> now = latest;
    return now.isEmpty() ? Duration.ZERO : Duration.between(now.getFirst().since(), Instant.now());
  }
}
