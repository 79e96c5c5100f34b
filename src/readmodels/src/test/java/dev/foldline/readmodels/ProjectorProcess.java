package dev.foldline.readmodels;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Projection;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.readmodels.ProjectionRunner.Duty;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.ReadModels;
import dev.foldline.testing.JavaProcess;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** An instance of an application with one projection, in a process of its own, to be killed. */
final class ProjectorProcess {

  private ProjectorProcess() {}

  /**
   * Starts one, which goes on until it is killed or this process ends.
   *
   * @param version of the projection
   * @param slowness how long each event takes it
   * @param duties what it does
   */
  static JavaProcess start(
      String store,
      String redis,
      int version,
      OnPoison onPoison,
      Duration slowness,
      Set<Duty> duties) {
    return new JavaProcess(
        ProjectorProcess.class,
        store,
        redis,
        Integer.toString(version),
        onPoison.name(),
        Long.toString(slowness.toNanos()),
        Ground.n,
        duties.stream().map(Duty::name).collect(joining(",")));
  }

  /** Store, Redis, version, what to do with poison, nanoseconds an event, category, duties. */
  public static void main(String[] args) throws IOException {
    Ground.n = args[5];
    Vertx vertx = Vertx.vertx();
    // So few that none is left where one that went silent is used again.
    RedisOptions options = new RedisOptions().setMaxPoolSize(2).setMaxPoolWaiting(1_000);
    Redis redis = Redis.createClient(vertx, options.setConnectionString(args[1]));
    Projection<Sum> sums = slow(Counting.sums(Integer.parseInt(args[2])), Long.parseLong(args[4]));
    new ProjectionRunner<>(
            vertx.getDelegate(),
            new EventStore(args[0], Duration.ofSeconds(3)),
            new EventCodec(List.of(Counting.category())),
            new ReadModels(redis, new ObjectMapper(), Duration.ofSeconds(3), Ground.NAMESPACE),
            sums,
            OnPoison.valueOf(args[3]))
        .start(Stream.of(args[6].split(",")).map(Duty::valueOf).collect(toSet()));
    try (InputStream parent = System.in) {
      parent.transferTo(OutputStream.nullOutputStream()); // until the parent ends
    }
    Runtime.getRuntime().halt(0);
  }

  private static Projection<Sum> slow(Projection<Sum> sums, long nanos) {
    return Projection.of(sums.name(), sums.version(), sums.state())
        .on(
            Counting.category(),
            (sum, event) -> {
              if (nanos > 0) {
                LockSupport.parkNanos(nanos);
              }
              return sums.apply(sum, event);
            });
  }
}
