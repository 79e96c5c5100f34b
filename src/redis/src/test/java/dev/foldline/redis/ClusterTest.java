package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Listing;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Redis;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** On three nodes, each of which answers what concerns its own slots alone. */
class ClusterTest {

  private static final int STREAMS = 64;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final Projection<Long> SUMS =
      Projection.of("sums", 1, Long.class)
          .on(
              Samples.NUMBERS,
              (sum, event) -> {
                long number = event.event().value();
                long now = number + (sum == null ? 0 : sum);
                return Changes.to(
                    now,
                    new Change.Add("all", "sum", number),
                    new Change.Rank("largest", event.id(), now));
              });

  private static final RealCluster cluster = new RealCluster(3);

  private final ReadModels models =
      new ReadModels(
          cluster.client(), new ObjectMapper(), Duration.ofSeconds(5), RealRedis.NAMESPACE);
  private final Views views = new Views(models);
  private final Builds builds = new Builds(models, SUMS);

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void read_models_are_built_applied_read_and_dropped() {
    String first = build();
    apply(first, 0);
    apply(first, 1);
    apply(first, 1);
    assertThat(await(builds.live())).hasValue(first);
    assertThat(await(builds.turns().lease("me", LIMIT))).isTrue();
    await(builds.turns().release("me"));

    for (int i = 0; i < STREAMS; i++) {
      assertThat(await(views.document(SUMS, "n-" + i))).hasValue(new View<>("n-" + i, 1, 2L * i));
    }
    assertThat(await(views.totals(SUMS, "all")))
        .containsEntry("sum", BigInteger.valueOf((long) STREAMS * (STREAMS - 1)));
    Listing two = Listing.of("largest").page(2, Optional.empty());
    assertThat(await(views.page(SUMS, two)).entries())
        .containsExactly(new Listing.Ranked("63", 126), new Listing.Ranked("62", 124));

    String second = build();
    assertThat(await(views.totals(SUMS, "all"))).isEmpty();
    await(builds.drop(first));
    assertThat(await(builds.checkpoints().of(first)).position()).isEqualTo(-1);
    assertThat(await(builds.checkpoints().of(second)).whole()).isTrue();
  }

  @Test
  void who_waits_for_a_document_is_woken() {
    String build = build();
    CompletableFuture<Boolean> waits =
        views.await(SUMS, "n-7", 0, LIMIT).subscribeAsCompletionStage();

    apply(build, 0);

    assertThat(waits.orTimeout(20, TimeUnit.SECONDS).join()).isTrue();
  }

  /** Streams and documents are on different nodes. */
  @Test
  void documents_that_events_name_are_on_the_node_of_their_key() {
    Projection<Long> gathered =
        Projection.of("gathered", 1, Long.class)
            .on(
                Samples.NUMBERS,
                event -> "k" + event.event().value() % 5,
                (sum, event) ->
                    Changes.to(
                        event.event().value() + (sum == null ? 0 : sum),
                        new Change.Add("all", "sum", event.event().value())));
    Builds its = new Builds(models, gathered);
    String build = await(its.begin().call(begun -> its.activate(begun.build()))).build();

    apply(gathered, build, 0);
    apply(gathered, build, 0);

    for (int key = 0; key < 5; key++) {
      int from = key;
      long[] numbers = LongStream.range(0, STREAMS).filter(n -> n % 5 == from).toArray();
      assertThat(await(views.document(gathered, "k" + key)))
          .hasValue(new View<>("k" + key, numbers.length, LongStream.of(numbers).sum()));
    }
    assertThat(await(views.totals(gathered, "all")))
        .containsEntry("sum", BigInteger.valueOf((long) STREAMS * (STREAMS - 1) / 2));
  }

  /** Streams, and the places of members in the ranking, are on different nodes. */
  @Test
  void what_is_added_to_a_ranking_is_carried_over_to_the_node_of_its_member() {
    Projection<Long> adding =
        Projection.of("adding", 1, Long.class)
            .on(
                Samples.NUMBERS,
                (_, event) ->
                    Changes.to(
                        event.revision(),
                        new Change.Increase(
                            "best", "c" + event.event().value() % 5, event.event().value())));
    Builds its = new Builds(models, adding);
    String build = await(its.begin().call(begun -> its.activate(begun.build()))).build();

    apply(adding, build, 0);
    apply(adding, build, 0);
    apply(adding, build, 1);
    await(views.carryOver(adding, "n-3"));
    for (Sweep sweep = projector(adding, build).sweep(); !sweep.ended(); ) {
      await(sweep.next());
    }

    for (Listing.Ranked ranked : await(views.page(adding, Listing.of("best"))).entries()) {
      assertThat(ranked.score())
          .isEqualTo(
              2
                  * LongStream.range(0, STREAMS)
                      .filter(n -> ranked.member().equals("c" + n % 5))
                      .sum());
    }
    assertThat(await(views.page(adding, Listing.of("best"))).entries()).hasSize(5);
    await(its.drop(build));
  }

  @Test
  void calls_go_on_by_new_connections_when_all_went_silent() {
    try (RealCluster other = new RealCluster(3)) {
      Redis client = other.impatientClient();
      ReadModels patient = new ReadModels(client, new ObjectMapper(), LIMIT, RealRedis.NAMESPACE);
      Builds there = new Builds(patient, SUMS);
      await(there.begin().chain(begun -> there.activate(begun.build())));
      assertThat(isSilent(new Views(patient))).isFalse();
      Views impatient =
          new Views(
              new ReadModels(
                  client, new ObjectMapper(), Duration.ofMillis(500), RealRedis.NAMESPACE));

      other.silence();

      assertThat(isSilent(impatient)).isTrue();
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (isSilent(impatient)) {
        assertThat(System.nanoTime()).isLessThan(deadline);
      }
      client.close();
    }
  }

  private static boolean isSilent(Views views) {
    try {
      await(views.totals(SUMS, "all"));
      return false;
    } catch (Unavailable _) {
      return true;
    }
  }

  @Test
  void poisons_positions_and_snapshots_are_kept() {
    Poisons poisons = new Poisons(models, SUMS, build());
    var poison = new Applied.Poison(3, 30, new IllegalStateException("no"), true);
    await(poisons.add(Map.of("n-1", List.of(poison)), Instant.EPOCH));
    assertThat(await(poisons.list(10))).hasSize(1);

    RedisPositions positions = new RedisPositions(models);
    positions.save("channel", 7).toCompletableFuture().join();
    assertThat(positions.load("channel").toCompletableFuture().join()).hasValue(7);

    RedisSnapshots snapshots = new RedisSnapshots(models, LIMIT);
    snapshots.save("n-1", "1 {}").toCompletableFuture().join();
    assertThat(snapshots.load("n-1").toCompletableFuture().join()).hasValue("1 {}");
  }

  private String build() {
    Builds.Progress begun = await(builds.begin());
    await(builds.reached(begun.at(0, 0)));
    await(builds.activate(begun.build()));
    return begun.build();
  }

  private void apply(String build, long revision) {
    apply(SUMS, build, revision);
  }

  private void apply(Projection<Long> projection, String build, long revision) {
    await(
        projector(projection, build)
            .apply(
                IntStream.range(0, STREAMS)
                    .mapToObj(
                        i ->
                            new Recorded<>(
                                new Samples.Count(i),
                                new UUID(0, i),
                                "n-" + i,
                                revision,
                                revision,
                                Instant.EPOCH,
                                Map.of()))
                    .toList()));
  }

  private Projector<Samples.Count, Long> projector(Projection<Long> projection, String build) {
    return new Projector<>(
        models,
        projection,
        build,
        OnPoison.HOLD,
        Projector.Passing.UNHEARD,
        List::of,
        RealRedis.noHistory());
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }
}
