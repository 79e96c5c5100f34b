package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Changes;
import dev.foldline.core.Listing;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.readmodels.Counting.Counted;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.redis.Applied;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.Order;
import dev.foldline.testing.StoreRequests;
import io.smallrye.mutiny.Uni;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A projection of streams with marks")
class MarksTest extends GroundFixture {

  /** The sum of all streams is one document. */
  private static Projection<Sum> byKey() {
    return Projection.of("sums-" + n, 1, Sum.class)
        .on(
            Counting.category(),
            _ -> "all",
            (sum, event) ->
                switch (event.event()) {
                  case Counted(var number) ->
                      Changes.to(
                          sum == null
                              ? new Sum(number, 1)
                              : new Sum(sum.value() + number, sum.events() + 1));
                });
  }

  private static <T> T of(Uni<T> uni) {
    return uni.await().atMost(Ground.LIMIT);
  }

  private Ground.Instance subscribed(Ground.Instance instance) {
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    return instance;
  }

  private void mark(String stream) {
    ground.append(stream, List.of(StoreRequests.mark(false)));
  }

  private void markFirst(String stream) {
    ground.append(stream, List.of(StoreRequests.mark(true)));
  }

  /** Marks alone; marks before an event, between two, and behind the last. */
  private void append() {
    markFirst(n + "-1");
    mark(n + "-1");
    markFirst(n + "-2");
    ground.append(n + "-2", 1);
    mark(n + "-2");
    mark(n + "-2");
    ground.append(n + "-2", 2);
    mark(n + "-2");
  }

  private void awaitFence(Projection<?> projection, String stream, long revision) {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .until(() -> of(ground.views.revision(projection, stream)) == revision);
  }

  private void awaitSettled(Projection<?> projection) {
    await()
        .atMost(Ground.LIMIT)
        .untilAsserted(() -> assertThat(ground.unsettled(projection)).isZero());
  }

  /** The fences have moved, and nothing else has. */
  private void verify(Projection<Sum> sums) {
    awaitFence(sums, n + "-1", 1);
    awaitFence(sums, n + "-2", 5);
    assertThat(ground.document(sums, n + "-1")).isEmpty();
    assertThat(of(ground.views.living(sums, List.of(n + "-1", n + "-2"))))
        .isEqualTo(Map.of(n + "-2", new View<>(n + "-2", 5, new Sum(3, 2))));
    assertThat(ground.totals(sums))
        .isEqualTo(Map.of("sum", BigInteger.valueOf(3), "events", BigInteger.valueOf(2)));
    assertThat(of(ground.views.page(sums, Listing.of("largest"))).entries())
        .containsExactly(new Listing.Ranked("2", 3));
    assertThat(Ground.best(ground.views, sums)).isEqualTo(Map.of(Counting.owner(n + "-2"), 3L));
    assertThat(of(ground.views.await(sums, n + "-1", 1, Ground.LIMIT))).isTrue();
  }

  @Test
  void moves_its_fences_over_them_and_makes_nothing_of_them() {
    Ground.Instance instance = subscribed(ground.start(1));
    append();
    verify(Counting.sums(1));
    awaitSettled(Counting.sums(1));

    markFirst(n + "-3");
    awaitFence(Counting.sums(1), n + "-3", 0);
    assertThat(ground.document(Counting.sums(1), n + "-3")).isEmpty();
    ground.append(n + "-3", 7);
    awaitFence(Counting.sums(1), n + "-3", 1);
    assertThat(ground.document(Counting.sums(1), n + "-3"))
        .hasValue(new View<>(n + "-3", 1, new Sum(7, 1)));
    assertThat(instance.runner.figures().poisoned()).isZero();
  }

  @Test
  void is_built_from_them_as_it_was_kept() {
    append();
    Ground.Instance instance = ground.start(1);
    verify(Counting.sums(1));

    String before = ground.active();
    await()
        .atMost(Ground.LIMIT)
        .until(() -> instance.runner.rebuild(Ground.LIMIT).filter(Slice::complete).isPresent());
    assertThat(ground.active()).isNotEqualTo(before);
    verify(Counting.sums(1));
  }

  /** Only the last mark of each stream was delivered. */
  @Test
  void reads_them_where_they_are_missing() {
    subscribed(ground.start(1)).stop();
    append();
    Applier<Sum> live =
        new Applier.Factory<>(
                ground.store(),
                new EventCodec(List.of(Counting.category())),
                ground.models,
                Counting.sums(1),
                OnPoison.HOLD,
                new Discards(ground.store(), Ground.NAMESPACE, "sums-" + n),
                new Figures())
            .of(ground.active());
    List<Recorded<StoredEvent>> last =
        Stream.of(n + "-1", n + "-2")
            .map(stream -> of(ground.store().last(stream)).orElseThrow())
            .toList();

    assertThat(of(live.apply(last, Order.DELIVERED))).isEqualTo(new Applied(8, 0, 2, Map.of()));
    verify(Counting.sums(1));
  }

  @Test
  void has_documents_that_events_name_without_them() {
    Ground.Instance instance = subscribed(ground.new Instance(byKey(), OnPoison.HOLD));
    append();

    awaitFence(byKey(), n + "-1", 1);
    awaitFence(byKey(), n + "-2", 5);
    assertThat(ground.document(byKey(), "all")).hasValue(new View<>("all", 2, new Sum(3, 2)));
    awaitSettled(byKey());

    await()
        .atMost(Ground.LIMIT)
        .until(() -> instance.runner.rebuild(Ground.LIMIT).filter(Slice::complete).isPresent());
    awaitFence(byKey(), n + "-1", 1);
    awaitFence(byKey(), n + "-2", 5);
    assertThat(ground.document(byKey(), "all")).hasValue(new View<>("all", 2, new Sum(3, 2)));
  }

  @Test
  void has_them_wait_behind_a_parked_event_and_goes_on_with_it() {
    Ground.Instance old =
        subscribed(ground.new Instance(Counting.superstitiousSums(), OnPoison.HOLD));
    ground.append(n + "-1", 1, 13);
    mark(n + "-1");
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(of(old.runner.parking().list()))
                    .extracting(parked -> parked.ref().toString())
                    .containsExactlyInAnyOrder(n + "-1@1", n + "-1@2"));
    old.stop();
    Parking<Sum> parking = ground.start(1).runner.parking();
    assertThat(of(parking.dryRun(Set.of())))
        .containsExactly(new Parking.Trial<>(n + "-1", 2, null, new Sum(14, 2)));

    of(parking.replay(Set.of(new EventRef(n + "-1", 1)), 1_000, Ground.LIMIT));

    awaitFence(Counting.sums(1), n + "-1", 2);
    assertThat(ground.document(Counting.sums(1), n + "-1"))
        .hasValue(new View<>(n + "-1", 2, new Sum(14, 2)));
    assertThat(of(parking.list())).isEmpty();
    awaitSettled(Counting.sums(1));
  }
}
