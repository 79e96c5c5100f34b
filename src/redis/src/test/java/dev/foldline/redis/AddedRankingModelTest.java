package dev.foldline.redis;

import static dev.foldline.redis.BestCustomers.await;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Change;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.redis.BestCustomers.Kind;
import dev.foldline.redis.Meddler.Fate;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.Store;
import net.jqwik.api.statistics.Statistics;

/**
 * Random batches of random streams, delivered again and again to several instances at once, of
 * which any request may get lost, or its answer, or be done late. Each event adds a power of two of
 * its own: the score tells which events are in it, and how often. {@code
 * -Djqwik.tries.default=5000} is the long form.
 */
@Label("Whatever breaks, a ranking to which is added")
class AddedRankingModelTest {

  private static final int STREAMS = 6;
  private static final int EVENTS = 30;
  private static final int ROUNDS = 8;
  private static final int LARGEST_BATCH = 12;
  private static final List<String> CUSTOMERS = List.of("ada", "Bob Müller", "c:h", "é");

  private static final List<Fate> FATES = List.of(Fate.values());

  private record Served(RealRedis redis) implements Store.CloseOnReset {

    @Override
    public void close() {
      redis.close();
    }
  }

  private final RealRedis redis =
      Store.getOrCreate(
              AddedRankingModelTest.class, Lifespan.PROPERTY, () -> new Served(new RealRedis()))
          .get()
          .redis();

  private final List<Meddler> meddlers = new ArrayList<>();

  @Property
  void has_what_was_acknowledged_and_what_a_token_names_and_in_the_end_all(
      @ForAll long seed, @ForAll Kind kind) {
    Random random = new Random(seed);
    BestCustomers best = new BestCustomers(redis, kind);
    for (int i = 0; i < EVENTS; i++) {
      String event = customer(random) + "=" + (1L << i);
      String more = "\n" + customer(random) + "=" + (1L << (i + EVENTS));
      best.append("buy-" + random.nextInt(STREAMS), random.nextInt(4) == 0 ? event + more : event);
    }
    Set<Recorded<String>> acknowledged = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      acknowledged.addAll(applySome(best, random));
      for (Meddler meddler : meddlers) {
        meddler.doLate(random.nextInt(6) / 5);
        wait(meddler);
      }
      check(best, acknowledged, "was acknowledged");
      check(best, seen(best, "buy-" + random.nextInt(STREAMS)), "is named by a token");
    }
    Statistics.label("acknowledged").collect(acknowledged.size() * 4 / EVENTS + " quarters");
    List<Recorded<String>> rest = new ArrayList<>(best.log.all);
    rest.removeAll(acknowledged);
    Collections.shuffle(rest, random);
    best.apply(rest);
    assertThat(best.ranking()).isEqualTo(best.bought());
    for (Meddler meddler : meddlers) {
      meddler.doLate(Integer.MAX_VALUE);
      wait(meddler);
    }
    assertThat(best.ranking()).as("after what came late").isEqualTo(best.bought());
  }

  private static String customer(Random random) {
    return CUSTOMERS.get(random.nextInt(CUSTOMERS.size()));
  }

  /**
   * Has some instances apply some events at once, whatever breaks.
   *
   * @return those that were acknowledged
   */
  private List<Recorded<String>> applySome(BestCustomers best, Random random) {
    List<Uni<List<Recorded<String>>>> calls = new ArrayList<>();
    for (int instance = random.nextInt(3); instance >= 0; instance--) {
      List<Recorded<String>> events = new ArrayList<>(best.log.all);
      Collections.shuffle(events, random);
      List<Recorded<String>> batch = events.subList(0, 1 + random.nextInt(LARGEST_BATCH));
      Meddler meddler = new Meddler(redis.client(), plan(new Random(random.nextLong())));
      meddlers.add(meddler);
      calls.add(
          best.projector(meddler.client())
              .apply(List.copyOf(batch))
              .invoke(outcome -> assertThat(outcome.poisoned()).isEmpty())
              .replaceWith(batch)
              .onFailure(Unavailable.class)
              .recoverWithItem(List.of()));
    }
    return await(Uni.join().all(calls).andFailFast()).stream().flatMap(List::stream).toList();
  }

  /** Something breaks, before most instances are through: anything, or what is asked of a home. */
  private static Function<String, Future<Fate>> plan(Random random) {
    boolean home = random.nextBoolean();
    AtomicInteger left = new AtomicInteger(random.nextInt(home ? 6 : 120));
    Fate fate = FATES.get(random.nextInt(FATES.size()));
    return request ->
        Future.succeededFuture(
            (!home || request.contains("\0sum:")) && left.getAndDecrement() == 0
                ? fate
                : Fate.DONE);
  }

  private static void wait(Meddler meddler) {
    meddler.idle().toCompletionStage().toCompletableFuture().orTimeout(20, SECONDS).join();
  }

  /** The events of a stream that the projection has come to, as a query with a token finds out. */
  private static List<Recorded<String>> seen(BestCustomers best, String stream) {
    long revision = await(best.views.revision(best.projection, stream));
    await(best.views.carryOver(best.projection, stream));
    return best.log.streams.getOrDefault(stream, List.of()).stream()
        .filter(event -> event.revision() <= revision)
        .toList();
  }

  private static void check(
      BestCustomers best, Collection<Recorded<String>> events, String because) {
    Map<String, Long> ranking = best.ranking();
    for (Recorded<String> event : events) {
      for (Change.Increase added : BestCustomers.increases(event.event())) {
        assertThat(ranking.getOrDefault(added.member(), 0L) & added.amount())
            .as("what %s: event %d of %s", because, event.revision(), event.stream())
            .isNotZero();
      }
    }
  }
}
