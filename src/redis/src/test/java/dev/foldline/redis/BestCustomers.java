package dev.foldline.redis;

import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Category;
import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Listing;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Stored;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Customers by what they bought, in events of any streams. A stored event is customers, each with
 * an equals sign and cents, on lines of their own.
 */
final class BestCustomers {

  static final Duration LIMIT = Duration.ofSeconds(20);
  static final String VIEW = "best:kunden-ä";

  @Stored("bought")
  record Bought(String text) {}

  /** Which kind of projection ranks them. */
  enum Kind {
    OF_STREAMS,
    OF_KEYS
  }

  private static final Category<Bought> PURCHASES = Category.of("buy", Bought.class);

  private static final Projection<Long> BY_STREAM =
      Projection.of("best", 1, Long.class).on(PURCHASES, BestCustomers::buy);

  private static final Projection<Long> BY_KEY =
      Projection.of("best", 1, Long.class)
          .on(PURCHASES, event -> key(event.stream()), BestCustomers::buy);

  private static Changes<Long> buy(@Nullable Long before, Recorded<Bought> event) {
    List<Change> changes = new ArrayList<>(increases(event.event().text()));
    changes.add(new Change.Add("all", "events", 1));
    changes.add(new Change.Rank("streams", event.id(), event.revision()));
    return new Changes<>(1 + (before == null ? 0 : before), changes);
  }

  /** What the document is called that the events of a stream name. */
  static String key(String stream) {
    return "shop-" + Math.floorMod(stream.hashCode(), 5);
  }

  final Projection<Long> projection;
  final TestLog log = new TestLog();
  final Builds builds;
  final Views views;
  final Layout layout;
  private final RealRedis redis;

  BestCustomers(RealRedis redis, Kind kind) {
    redis.command("FLUSHALL");
    this.redis = redis;
    this.projection =
        switch (kind) {
          case OF_STREAMS -> BY_STREAM;
          case OF_KEYS -> BY_KEY;
        };
    this.builds = new Builds(redis.models(), projection);
    this.views = new Views(redis.models());
    String build = await(builds.begin()).build();
    await(builds.activate(build));
    this.layout = new Layout(RealRedis.NAMESPACE, projection.name(), build);
  }

  Projector<String, Long> projector() {
    return projector(redis.client());
  }

  Projector<String, Long> projector(Redis client) {
    return new Projector<>(
        new ReadModels(client, new ObjectMapper(), LIMIT, RealRedis.NAMESPACE),
        projection,
        layout.build(),
        OnPoison.HOLD,
        Projector.Passing.UNHEARD,
        stored -> List.of(stored.map(Bought::new)),
        log.history);
  }

  /** What an event adds. */
  static List<Change.Increase> increases(String event) {
    return Arrays.stream(event.split("\n", -1))
        .map(
            line -> {
              int equals = line.lastIndexOf('=');
              return new Change.Increase(
                  VIEW,
                  line.substring(0, equals),
                  Long.parseLong(line, equals + 1, line.length(), 10));
            })
        .toList();
  }

  List<Recorded<String>> append(String stream, String... events) {
    return log.append(stream, events);
  }

  Applied apply(List<Recorded<String>> events) {
    return await(projector().apply(events));
  }

  /** Has a partition of the build be closed, so that nothing can be written there; or open. */
  void mark(int partition, String mark) {
    redis.command("HSET " + layout.documents(partition) + "  " + mark);
  }

  /** The customers and what they bought, the best first. */
  Map<String, Long> ranking() {
    Map<String, Long> ranking = new LinkedHashMap<>();
    Optional<String> next = Optional.empty();
    do {
      var page = await(views.page(projection, Listing.of(VIEW).page(1_000, next)));
      page.entries().forEach(entry -> ranking.put(entry.member(), entry.score()));
      next = page.next();
    } while (next.isPresent());
    return ranking;
  }

  /** What the events of the log come to. */
  Map<String, Long> bought() {
    return log.all.stream()
        .flatMap(event -> increases(event.event()).stream())
        .collect(toMap(Change.Increase::member, Change.Increase::amount, Math::addExact));
  }

  /** How many sums are pending. */
  int pending() {
    int pending = 0;
    for (int partition = 0; partition < Layout.PARTITIONS; partition++) {
      pending += Integer.parseInt(redis.command("HLEN " + layout.pending(partition)));
    }
    return pending;
  }

  static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }
}
