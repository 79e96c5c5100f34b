package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Category;
import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Stored;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.readmodels.Counting.Counted;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.redis.OnPoison;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A projection over several categories")
class SeveralCategoriesTest extends GroundFixture {

  /** Events of the other category, which say themselves what they are added to. */
  @Stored("tallied")
  record Tallied(String key, long number) {}

  /**
   * Sums by the first letter of the stream's id in the one, by what the event says in the other.
   */
  private static Projection<Sum> sums() {
    return Projection.of("sums-" + n, 1, Sum.class)
        .on(
            Counting.category(),
            event -> event.id().substring(0, 1),
            (sum, event) ->
                switch (event.event()) {
                  case Counted(var number) -> add(sum, number);
                })
        .on(
            Category.of(other(), Tallied.class),
            event -> event.event().key(),
            (sum, event) -> add(sum, event.event().number()));
  }

  /** In a regular expression it would mean other streams, too. */
  private static String other() {
    return n + ".+";
  }

  private static Changes<Sum> add(@Nullable Sum before, long number) {
    Sum sum = before == null ? new Sum(0, 0) : before;
    return Changes.to(
        new Sum(sum.value() + number, sum.events() + 1), new Change.Add("all", "sum", number));
  }

  private Ground.Instance instance() {
    return ground.new Instance(sums(), OnPoison.HOLD);
  }

  private void tally(String stream, String key, long number) {
    String json = "{\"key\":\"%s\",\"number\":%d}".formatted(key, number);
    ground.append(other() + "-" + stream, List.of(Ground.event("tallied", json)));
  }

  private void awaitSum(String key, long value, long events) {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(ground.document(sums(), key))
                    .hasValue(new View<>(key, events, new Sum(value, events))));
  }

  private void awaitSettled() {
    await().atMost(Ground.LIMIT).untilAsserted(() -> assertThat(ground.unsettled(sums())).isZero());
  }

  private void awaitRebuilt(Ground.Instance instance) {
    String before = ground.active();
    await()
        .atMost(Ground.LIMIT)
        .until(() -> instance.runner.rebuild(Ground.LIMIT).filter(Slice::complete).isPresent());
    assertThat(ground.active()).isNotEqualTo(before);
  }

  @Test
  void builds_what_was_before_applies_what_comes_and_is_the_same_when_built_anew() {
    ground.append(n + "-a1", 1, 2);
    tally("1", "a", 4);
    tally("1", "b", 8);
    var instance = instance();
    awaitSum("a", 7, 3);
    awaitSum("b", 8, 1);
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());

    tally("2", "a", 16);
    ground.append(n + "-a2", 32);
    ground.append(n + "x-a2", 1_000);

    awaitSum("a", 55, 5);
    awaitSettled();
    awaitRebuilt(instance);
    awaitSum("a", 55, 5);
    awaitSum("b", 8, 1);
    assertThat(ground.totals(sums())).isEqualTo(Map.of("sum", BigInteger.valueOf(63)));
  }

  @Test
  void has_each_event_once_where_instances_work_side_by_side_and_are_killed() {
    var killed = instance();
    for (int round = 0; round < 100; round++) {
      ground.append(n + "-a" + round % 10, 1);
      tally("" + round % 7, "a", 1);
      tally("" + round % 7, "b", 1);
      if (round % 25 == 10) {
        instance();
      } else if (round % 25 == 20) {
        killed.kill();
        killed = instance();
      }
    }

    awaitSum("a", 200, 200);
    awaitSum("b", 100, 100);
    awaitSettled();
    assertThat(ground.totals(sums())).isEqualTo(Map.of("sum", BigInteger.valueOf(300)));
    awaitRebuilt(killed);
    awaitSum("a", 200, 200);
    awaitSum("b", 100, 100);
    assertThat(ground.totals(sums())).isEqualTo(Map.of("sum", BigInteger.valueOf(300)));
  }

  @Test
  void parks_the_event_of_a_1001st_stream_of_a_document_and_goes_on_with_others() {
    for (int stream = 1; stream <= 1_000; stream++) {
      ground.append(n + "-a" + stream, 1);
    }
    var instance = instance();
    awaitSum("a", 1_000, 1_000);
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());

    tally("1", "b", 4);
    tally("1", "a", 2);
    ground.append(n + "-a1000", 1);
    ground.append(n + "-c1", 1);

    awaitSum("a", 1_001, 1_001);
    awaitSum("b", 4, 1);
    awaitSum("c", 1, 1);
    await().atMost(Ground.LIMIT).untilAsserted(() -> assertThat(ground.parked(sums())).isOne());
    assertThat(parked(instance))
        .singleElement()
        .satisfies(
            parked -> {
              assertThat(parked.ref()).isEqualTo(new EventRef(other() + "-1", 1));
              assertThat(parked.cause()).contains("'a' has events of 1000 streams");
            });
  }

  @Test
  void parks_an_event_that_names_no_document_until_it_is_discarded() {
    var instance = instance();
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    tally("1", "a", 1);
    tally("1", "not an id", 2);
    tally("1", "a", 4);
    awaitSum("a", 1, 1);
    await().atMost(Ground.LIMIT).untilAsserted(() -> assertThat(parked(instance)).hasSize(2));
    assertThat(parked(instance).getFirst().cause()).contains("is 'not an id': it must be 1 to 200");

    instance
        .runner
        .parking()
        .discard(Set.of(new EventRef(other() + "-1", 1)), "a slip", "me", Ground.LIMIT)
        .await()
        .atMost(Ground.LIMIT);

    awaitSum("a", 5, 2);
    awaitSettled();
  }

  /** The node of the document has lost what that of the streams' fences still has. */
  @Test
  void has_again_what_a_document_lost_though_the_fences_are_beyond_it() {
    var patient = Ground.keeping(Duration.ofHours(1), 1_000);
    var instance = ground.new Instance(sums(), OnPoison.HOLD, patient);
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    String stream = elsewhere(n + "-a");
    ground.append(stream, 1);
    awaitSum("a", 1, 1);
    keep("kept:", "");
    ground.append(stream, 2);
    ground.append(elsewhere(stream), 4);
    awaitSum("a", 7, 3);
    awaitSettled();
    instance.stop();
    keep("", "kept:");
    assertThat(ground.document(sums(), "a")).hasValue(new View<>("a", 1, new Sum(1, 1)));

    ground.restartRedis();
    instance();

    awaitSum("a", 7, 3);
    assertThat(ground.totals(sums())).isEqualTo(Map.of("sum", BigInteger.valueOf(7)));
  }

  private static List<Parking.Parked> parked(Ground.Instance instance) {
    return instance.runner.parking().list().await().atMost(Ground.LIMIT);
  }

  /** A stream in another partition than the document a. */
  private static String elsewhere(String prefix) {
    return Partitions.elsewhere(prefix, "a", 0);
  }

  /** Copies what is in the partition of the document a. */
  private void keep(String to, String from) {
    String partition =
        "foldline:1:bank:{sums-" + n + ":" + ground.active() + ":" + Partitions.of("a") + "}:";
    for (String key : List.of("documents", "totals:all")) {
      ground.redis("COPY", from + partition + key, to + partition + key, "REPLACE");
    }
  }
}
