package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A new version comes, and goes again, or not. */
class VersionsTest {

  private static final RealRedis redis = new RealRedis();
  private static final int PATIENCE = 3;

  private final ReadModels models = redis.models();
  private final Versions one = new Versions(models, last(1), PATIENCE);
  private final Versions two = new Versions(models, last(2), PATIENCE);

  private static Projection<String> last(int version) {
    return Projection.of("last", version, String.class)
        .on(Samples.TEXTS, (_, event) -> Changes.to(event.event().text() + " by " + version));
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
  }

  private String build(int version) {
    Builds builds = new Builds(models, last(version));
    String build = await(builds.begin()).build();
    await(builds.activate(build));
    return build;
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  private String chosen() {
    return redis.command("HGET foldline:1:bank:{last}:builds chosen");
  }

  private String active() {
    return redis.command("HGET foldline:1:bank:{last}:builds active");
  }

  @Test
  void as_long_as_both_are_run_the_later_one_is_read() {
    build(1);
    String second = build(2);
    for (int i = 0; i < 3 * PATIENCE; i++) {
      await(two.beat());
      Versions.Found found = await(one.beat());
      assertThat(found.active()).isEqualTo(second);
      assertThat(found.isActiveLeft()).isFalse();
      assertThat(found.absent()).isEmpty();
    }
  }

  @Test
  void
      the_earlier_one_takes_over_once_nobody_runs_the_later_one_and_the_later_one_when_it_is_back_alone() {
    String first = build(1);
    String second = build(2);
    await(two.beat());
    Versions.Found found = await(one.beat());
    for (int i = 0; i < PATIENCE; i++) {
      assertThat(found.isActiveLeft()).isFalse();
      found = await(one.beat());
    }
    assertThat(found.isActiveLeft()).isTrue();

    assertThat(await(one.takeOver(found, first))).isTrue();

    assertThat(active()).isEqualTo(first);
    assertThat(await(one.beat()).isActiveLeft()).isFalse();
    assertThat(await(new Builds(models, last(1)).unneeded(found.absent()))).isEmpty();
    for (int i = 0; i <= PATIENCE; i++) {
      found = await(two.beat());
    }
    assertThat(await(two.takeOver(found, second))).isTrue();
    assertThat(active()).isEqualTo(second);
  }

  @Test
  void only_what_is_read_by_then_and_is_live_by_then_is_replaced() {
    String first = build(1);
    build(2);
    Versions.Found found = new Versions.Found("2.99", Set.of(2));
    assertThat(await(one.takeOver(found, first))).isFalse();
    assertThat(await(one.takeOver(new Versions.Found(active(), Set.of(2)), "1.99"))).isFalse();
  }

  @Test
  void what_a_person_has_switched_back_to_is_left_alone() {
    String first = build(1);
    String second = build(2);
    await(new Builds(models, last(2)).switchBack());
    Versions.Found found = await(two.beat());
    for (int i = 0; i < PATIENCE; i++) {
      found = await(two.beat());
    }

    assertThat(found.isActiveLeft()).isTrue();
    assertThat(await(two.takeOver(found, second))).isFalse();
    assertThat(active()).isEqualTo(first);
  }

  @Test
  void it_is_left_alone_too_once_it_was_built_again_until_there_is_a_later_version() {
    build(1);
    String second = build(2);
    await(new Builds(models, last(2)).switchBack());

    String again = build(1);

    assertThat(active()).isEqualTo(again);
    assertThat(await(two.takeOver(new Versions.Found(again, Set.of(1)), second))).isFalse();
    build(2);
    assertThat(chosen()).isEqualTo("null");
  }

  @Test
  void of_the_versions_that_are_run_the_latest_one_takes_over() {
    String first = build(1);
    String second = build(2);
    build(3);
    Versions.Found found = await(one.beat());
    for (int i = 0; i < PATIENCE; i++) {
      await(two.beat());
      found = await(one.beat());
    }
    assertThat(found.isActiveLeft()).isTrue();

    assertThat(await(one.takeOver(found, first))).isFalse();

    assertThat(await(two.takeOver(await(two.beat()), second))).isTrue();
  }
}
