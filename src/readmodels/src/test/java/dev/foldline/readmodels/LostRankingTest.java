package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Listing;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.readmodels.Counting.Counted;
import dev.foldline.readmodels.Counting.Sum;
import dev.foldline.redis.OnPoison;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One node of a cluster fails over: that of a member's place, and not those of the streams. */
@DisplayName("A ranking to which is added, and whose node has lost its last writes,")
class LostRankingTest extends GroundFixture {

  /** Odd numbers are ada's, even ones bob's, whichever stream they are in. */
  private static Projection<Sum> sums() {
    return Projection.of("sums-" + n, 1, Sum.class)
        .on(
            Counting.category(),
            (_, event) ->
                switch (event.event()) {
                  case Counted(var number) ->
                      Changes.to(
                          new Sum(number, 1),
                          new Change.Increase("best", number % 2 == 0 ? "bob" : "ada", number));
                });
  }

  private Ground.Instance start(Duration keep) {
    var instance = ground.new Instance(sums(), OnPoison.HOLD, Ground.keeping(keep, 1_000));
    await().atMost(Ground.LIMIT).until(() -> instance.runner.health().isSubscribed());
    return instance;
  }

  private List<Listing.Ranked> ranking() {
    return ground.views.page(sums(), Listing.of("best")).await().atMost(Ground.LIMIT).entries();
  }

  private void awaitRanking(Listing.Ranked... ranked) {
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(() -> assertThat(ranking()).containsExactly(ranked));
  }

  @Test
  void has_all_again_when_the_log_was_applied_again() {
    var instance = start(Duration.ofHours(1));
    ground.append(elsewhere(1), 1);
    awaitRanking(new Listing.Ranked("ada", 1));
    copy("", "kept:", ground.active());
    ground.append(elsewhere(1), 3, 2);
    ground.append(elsewhere(2), 5);
    awaitRanking(new Listing.Ranked("ada", 9), new Listing.Ranked("bob", 2));
    await().atMost(Ground.LIMIT).untilAsserted(() -> assertThat(ground.unsettled(sums())).isZero());
    instance.stop();
    copy("kept:", "", ground.active());
    assertThat(ranking()).contains(new Listing.Ranked("ada", 1));

    ground.restartRedis();
    start(Duration.ofHours(1));

    awaitRanking(new Listing.Ranked("ada", 9), new Listing.Ranked("bob", 2));
  }

  @Test
  void has_all_when_its_build_is_complete() throws Exception {
    ground.append(elsewhere(1), 1);
    for (int page = 0; page < 5; page++) {
      ground.append(elsewhere(1), LongStream.generate(() -> 2).limit(1_000).toArray());
    }
    Building building = ground.building(sums(), () -> {});
    while (ground.built(1) == 0) {
      assertThat(building.slice(Duration.ZERO).orElseThrow().complete()).isFalse();
    }
    String home = home(building.progress().build());
    ground.redis("DEL", home + "documents", home + "ranking:best", home + "scores:best");
    ground.redis("HSET", home + "documents", "", "open");

    ground.restartRedis();
    await()
        .atMost(Ground.LIMIT)
        .ignoreException(Unavailable.class)
        .until(() -> building.slice(Ground.LIMIT).orElseThrow().complete());

    assertThat(ranking())
        .containsExactly(new Listing.Ranked("bob", 10_000), new Listing.Ranked("ada", 1));
  }

  /** Copies what is in the partition where ada is ranked. */
  private void copy(String from, String to, String build) {
    for (String key : List.of("documents", "ranking:best", "scores:best")) {
      ground.redis("COPY", from + home(build) + key, to + home(build) + key, "REPLACE");
    }
  }

  private static String home(String build) {
    return "foldline:1:bank:{sums-%s:%s:%d}:".formatted(n, build, Partitions.of("ada"));
  }

  /** A stream in another partition than ada. */
  private static String elsewhere(int which) {
    return Partitions.elsewhere(n + "-", "ada", which);
  }
}
