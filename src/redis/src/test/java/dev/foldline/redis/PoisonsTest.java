package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.redis.Poisons.Poisoned;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PoisonsTest {

  private static final RealRedis redis = new RealRedis();
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
  private final RuntimeException cause = new IllegalStateException("no such \n currency");

  private final ReadModels models = redis.models();
  private final Projection<String> projection =
      Projection.of("last", 1, String.class)
          .on(Samples.TEXTS, (_, event) -> Changes.to(event.event().text()));
  private final Poisons poisons = new Poisons(models, projection, "1.1");

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
  }

  @Test
  void are_kept_with_their_cause_and_the_time_they_were_first_found_until_removed() {
    var found =
        Map.of(
            "n-a b",
            List.of(new Applied.Poison(3, 30, cause, true)),
            "n-c",
            List.of(new Applied.Poison(0, 7, cause, false)));

    Poisoned held = new Poisoned("n-a b", 3, 30, cause.toString(), NOON, true);
    Poisoned passed = new Poisoned("n-c", 0, 7, cause.toString(), NOON, false);
    assertThat(await(poisons.add(found, NOON))).containsExactlyInAnyOrder(held, passed);
    assertThat(await(poisons.add(found, NOON.plusSeconds(1)))).isEmpty();
    assertThat(await(poisons.list(10))).containsExactlyInAnyOrder(held, passed);
    await(poisons.remove(List.of(held)));
    assertThat(await(poisons.list(10))).containsExactly(passed);
  }

  @Test
  void are_listed_whole_however_many() {
    var found =
        IntStream.range(0, 3_000)
            .boxed()
            .collect(
                Collectors.toMap(
                    i -> "n-" + i, _ -> List.of(new Applied.Poison(0, 7, cause, true))));
    await(poisons.add(found, NOON));

    assertThat(await(poisons.list(100_000))).hasSize(3_000);
    assertThat(await(poisons.list(100))).hasSizeBetween(100, 1_000);
  }

  @Test
  void go_with_their_build() {
    await(poisons.add(Map.of("n-1", List.of(new Applied.Poison(0, 7, cause, true))), NOON));

    await(new Builds(models, projection).drop("1.1"));

    assertThat(await(poisons.list(10))).isEmpty();
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(10));
  }
}
