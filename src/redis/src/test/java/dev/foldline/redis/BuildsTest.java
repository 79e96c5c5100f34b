package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Listing;
import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BuildsTest {

  private static final RealRedis redis = new RealRedis();

  private final ReadModels models = redis.models();
  private final Views views = new Views(models);
  private final Projection<String> one = last(1);
  private final Projection<String> two = last(2);

  /** The last event of each stream, and its version. */
  private static Projection<String> last(int version) {
    return Projection.of("last", version, String.class)
        .on(
            Samples.TEXTS,
            (_, event) ->
                Changes.to(
                    event.event().text() + " by " + version,
                    new Change.Add("totals", "events", 1),
                    new Change.Rank("ranking", event.stream(), event.revision())));
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
  }

  @Test
  void without_a_build_there_is_nothing_to_read() {
    assertThatThrownBy(() -> document(one)).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> await(views.totals(one, "totals"))).isInstanceOf(Unavailable.class);
    assertThat(await(new Builds(models, one).live())).isEmpty();
  }

  @Test
  void a_build_is_read_once_it_is_complete_and_not_before() {
    Builds builds = new Builds(models, one);
    String first = build(one);
    apply(one, first, "a");
    Builds.Progress second = await(builds.begin());
    apply(one, second.build(), "b");
    assertThat(document(one)).isEqualTo("a by 1");

    await(builds.activate(second.build()));

    assertThat(await(builds.unneeded())).containsExactly(first);
    assertThat(document(one)).isEqualTo("b by 1");
    assertThat(await(builds.live())).hasValue(second.build());
  }

  @Test
  void a_build_goes_on_where_it_was() {
    Builds builds = new Builds(models, one);
    Builds.Progress begun = await(builds.begin());
    assertThat(begun.checkpoint().position()).isEqualTo(-1);
    await(builds.reached(begun.at(Long.MAX_VALUE, 7)));
    Builds.Progress found = await(builds.begin());
    assertThat(found.build()).isEqualTo(begun.build());
    assertThat(found.events()).isEqualTo(7);
    assertThat(found.checkpoint().position()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void versions_stand_side_by_side_and_queries_switch_over_and_back() {
    String old = build(one);
    apply(one, old, "a");
    String fresh = await(new Builds(models, two).begin()).build();
    apply(two, fresh, "a");
    assertThat(document(two)).isEqualTo("a by 1");

    await(new Builds(models, two).activate(fresh));
    assertThat(document(two)).isEqualTo("a by 2");
    apply(one, old, "b");
    assertThat(await(new Builds(models, one).live())).hasValue(old);

    await(new Builds(models, two).switchBack());
    assertThat(document(two)).isEqualTo("b by 1");
  }

  @Test
  void an_older_version_that_is_built_again_is_not_read() {
    build(one);
    apply(two, build(two), "a");
    String again = build(one);
    apply(one, again, "b");
    assertThat(document(two)).isEqualTo("a by 2");

    await(new Builds(models, two).switchBack());
    assertThat(document(two)).isEqualTo("b by 1");
  }

  @Test
  void nothing_is_applied_to_what_is_closed_or_lost() {
    Builds builds = new Builds(models, one);
    String build = build(one);
    apply(one, build, "a");
    await(builds.close(build));
    assertThatThrownBy(() -> apply(one, build, "b")).isInstanceOf(Unavailable.class);
    assertThat(document(one)).isEqualTo("a by 1");
    assertThat(await(builds.live())).isEmpty();

    redis.command("FLUSHALL");
    assertThatThrownBy(() -> apply(one, build, "b")).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> document(one)).isInstanceOf(Unavailable.class);
    assertThat(await(builds.live())).isEmpty();
  }

  @Test
  void one_partition_lost_is_a_build_lost() {
    String build = build(one);
    redis.command("DEL " + new Layout(RealRedis.NAMESPACE, "last", build).documents(3));
    assertThat(await(new Builds(models, one).live())).isEmpty();
  }

  @Test
  void a_part_that_was_lost_is_not_left_out_of_totals_and_rankings() {
    String build = build(one);
    apply(one, build, "a");
    assertThat(await(views.totals(one, "totals"))).containsKey("events");
    assertThat(await(views.page(one, Listing.of("ranking"))).entries()).hasSize(1);

    redis.command("DEL " + new Layout(RealRedis.NAMESPACE, "last", build).documents(3));

    assertThatThrownBy(() -> await(views.totals(one, "totals"))).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> await(views.page(one, Listing.of("ranking"))))
        .isInstanceOf(Unavailable.class);
  }

  @Test
  void only_the_build_on_its_way_becomes_live_and_once() {
    Builds builds = new Builds(models, one);
    String build = build(one);
    await(builds.activate(build));
    assertThat(await(builds.unneeded())).isEmpty();
    assertThat(await(builds.live())).hasValue(build);

    String second = await(builds.begin()).build();
    assertThatThrownBy(() -> await(builds.activate("1.99"))).isInstanceOf(Unavailable.class);
    await(builds.activate(build));
    await(builds.activate(second));
    assertThat(await(builds.unneeded())).containsExactly(build);
    assertThatThrownBy(() -> await(builds.activate(build))).isInstanceOf(Unavailable.class);
    assertThat(await(builds.live())).hasValue(second);
  }

  @Test
  void there_is_no_switching_back_to_what_was_lost() {
    String old = build(one);
    assertThatThrownBy(() -> await(new Builds(models, one).switchBack()))
        .isInstanceOf(NotFound.class);
    String fresh = build(two);
    apply(two, fresh, "a");
    redis.command("DEL " + new Layout(RealRedis.NAMESPACE, "last", old).documents(3));

    assertThatThrownBy(() -> await(new Builds(models, two).switchBack()))
        .isInstanceOf(NotFound.class);
    assertThat(document(two)).isEqualTo("a by 2");
  }

  @Test
  void there_is_no_switching_back_to_what_was_replaced_meanwhile() {
    Builds builds = new Builds(models, two);
    String old = build(one);
    build(two);
    String again = build(one);

    assertThatThrownBy(() -> await(builds.switchBackTo(old))).isInstanceOf(Unavailable.class);

    assertThat(await(builds.switchBack())).isEqualTo(again);
  }

  @Test
  void a_checkpoint_is_true_for_as_long_as_redis_goes_on() {
    Builds builds = new Builds(models, one);
    String build = build(one);
    assertThat(await(builds.checkpoints().of(build)).whole()).isFalse();
    await(builds.checkpoints().reached(await(builds.checkpoints().of(build)).at(7)));
    Checkpoint before = await(builds.checkpoints().of(build));
    assertThat(before.whole()).isTrue();
    assertThat(before.position()).isEqualTo(7);
    await(builds.checkpoints().goOn(before.at(9)));

    redis.failOver();

    assertThatThrownBy(() -> await(builds.checkpoints().goOn(before.at(11))))
        .isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> await(builds.checkpoints().reached(before.at(11))))
        .isInstanceOf(Unavailable.class);
    Checkpoint after = await(builds.checkpoints().of(build));
    assertThat(after.whole()).isFalse();
    assertThat(after.position()).isEqualTo(9);
    assertThatThrownBy(() -> await(builds.checkpoints().goOn(after.at(10))))
        .isInstanceOf(Unavailable.class);
    await(builds.checkpoints().reached(after.at(10)));
    assertThat(await(builds.checkpoints().of(build)).whole()).isTrue();
  }

  @Test
  void a_checkpoint_that_is_retracted_is_gone_on_from_by_nobody() {
    Builds builds = new Builds(models, one);
    String build = build(one);
    await(builds.checkpoints().reached(await(builds.checkpoints().of(build)).at(7)));
    Checkpoint seven = await(builds.checkpoints().of(build));
    await(builds.checkpoints().goOn(seven.at(9)));

    await(builds.checkpoints().retract(seven));

    assertThatThrownBy(() -> await(builds.checkpoints().goOn(seven.at(11))))
        .isInstanceOf(Unavailable.class);
    Checkpoint found = await(builds.checkpoints().of(build));
    assertThat(found.whole()).isFalse();
    assertThat(found.position()).isEqualTo(7);
    await(builds.checkpoints().reached(found.at(12)));
    await(builds.checkpoints().goOn(await(builds.checkpoints().of(build)).at(13)));
    assertThat(await(builds.checkpoints().of(build)).position()).isEqualTo(13);
  }

  @Test
  void nothing_is_left_of_a_build_that_is_dropped() {
    String build = build(one);
    apply(one, build, "a");
    Builds builds = new Builds(models, one);
    await(builds.checkpoints().reached(await(builds.checkpoints().of(build)).at(1)));
    build(one);
    assertThat(await(builds.unneeded())).containsExactly(build);
    Checkpoint late = await(builds.checkpoints().of(build)).at(2);

    await(builds.drop(build));
    await(builds.checkpoints().reached(late));

    assertThat(await(builds.unneeded())).isEmpty();
    assertThat(redis.command("KEYS foldline:1:bank:{last:" + build + ":*")).isEqualTo("[]");
    assertThat(redis.command("KEYS foldline:1:bank:{last}:*:" + build)).isEqualTo("[]");
  }

  @Test
  void a_build_of_a_version_that_was_skipped_is_removed() {
    build(one);
    String never = await(new Builds(models, two).begin()).build();
    apply(two, never, "a");

    buildAndTidy(last(3), 2);

    assertNothingIsLeftOf(never);
  }

  @Test
  void a_version_that_was_switched_back_from_is_removed_once_a_later_one_is_read() {
    build(one);
    String wrong = build(two);
    apply(two, wrong, "a");
    await(new Builds(models, two).switchBack());

    buildAndTidy(last(3), 2);

    assertNothingIsLeftOf(wrong);
  }

  @Test
  void a_build_that_is_begun_anew_since_a_part_of_it_was_lost_is_removed() {
    String first = await(new Builds(models, one).begin()).build();
    apply(one, first, "a");
    redis.command(
        "DEL "
            + new Layout(RealRedis.NAMESPACE, "last", first)
                .documents((Layout.partition("n-1") + 1) % 16));

    String second = buildAndTidy(one);

    assertThat(second).isNotEqualTo(first);
    assertNothingIsLeftOf(first);
  }

  @Test
  void what_a_version_that_is_run_has_is_kept_until_it_is_not() {
    String old = build(one);
    String onItsWay = await(new Builds(models, two).begin()).build();
    buildAndTidy(last(3));
    buildAndTidy(last(4));
    assertThat(await(new Builds(models, one).live())).hasValue(old);
    assertThat(await(new Builds(models, two).begin()).build()).isEqualTo(onItsWay);

    buildAndTidy(last(4), 1, 2);

    assertNothingIsLeftOf(old);
    assertNothingIsLeftOf(onItsWay);
  }

  private String buildAndTidy(Projection<?> projection, Integer... absent) {
    String build = build(projection);
    Builds builds = new Builds(models, projection);
    await(builds.unneeded(Set.of(absent))).forEach(unneeded -> await(builds.drop(unneeded)));
    return build;
  }

  private static void assertNothingIsLeftOf(String build) {
    assertThat(redis.command("KEYS foldline:1:bank:{last:" + build + ":*")).isEqualTo("[]");
    assertThat(redis.command("HKEYS foldline:1:bank:{last}:builds")).doesNotContain(build);
  }

  @Test
  void a_shared_view_that_was_lost_is_missed_by_queries_by_who_applies_and_as_a_build() {
    String[] lost = {"totals:totals", "ranking:ranking", "scores:ranking"};
    for (String view : lost) {
      redis.command("FLUSHALL");
      String build = build(one);
      apply(one, build, "a");
      Builds builds = new Builds(models, one);
      assertThat(await(builds.live())).hasValue(build);

      String documents =
          new Layout(RealRedis.NAMESPACE, "last", build).documents(Layout.partition("n-1"));
      redis.command("DEL " + documents.replace("documents", view));

      assertThat(await(builds.live())).as(view).isEmpty();
      assertThatThrownBy(() -> apply(one, build, "b")).isInstanceOf(Unavailable.class);
      if (view.startsWith("totals")) {
        assertThatThrownBy(() -> await(views.totals(one, "totals")))
            .isInstanceOf(Unavailable.class);
      } else if (view.startsWith("ranking")) {
        assertThatThrownBy(() -> await(views.page(one, Listing.of("ranking"))))
            .isInstanceOf(Unavailable.class);
      }
    }
  }

  @Test
  void a_ranking_that_is_empty_again_was_not_lost() {
    Projection<String> ranked =
        Projection.of("last", 1, String.class)
            .on(
                Samples.TEXTS,
                (_, event) ->
                    Changes.to(
                        event.event().text(),
                        event.event().text().equals("a")
                            ? new Change.Rank("ranking", "m", 1)
                            : new Change.Unrank("ranking", "m")));
    String build = build(ranked);
    apply(ranked, build, "a");
    apply(ranked, build, "b");

    assertThat(await(views.page(ranked, Listing.of("ranking"))).entries()).isEmpty();
    assertThat(await(new Builds(models, ranked).live())).hasValue(build);
  }

  @Test
  void nothing_of_a_build_expires() {
    String build = build(one);
    apply(one, build, "a");
    Builds builds = new Builds(models, one);
    await(builds.checkpoints().reached(await(builds.checkpoints().of(build)).at(1)));
    var poison = new Applied.Poison(3, 3, new IllegalStateException("no"), true);
    await(new Poisons(models, one, build).add(Map.of("n-1", List.of(poison)), Instant.EPOCH));

    String keys = redis.command("KEYS *");

    for (String key : keys.substring(1, keys.length() - 1).split(", ", -1)) {
      assertThat(redis.command("TTL " + key)).as(key).isEqualTo("-1");
    }
    assertThat(keys)
        .contains("documents", "totals", "ranking", "scores", "checkpoint", "poisons", "builds");
  }

  @Test
  void redis_tells_by_which_policy_it_evicts() {
    Builds builds = new Builds(models, one);
    try {
      assertThat(await(builds.inspection().evictionPolicies())).isEmpty();
      redis.command("CONFIG SET maxmemory-policy allkeys-lru");
      assertThat(await(builds.inspection().evictionPolicies())).isEmpty();
      redis.command("CONFIG SET maxmemory 1gb");
      assertThat(await(builds.inspection().evictionPolicies())).containsExactly("allkeys-lru");
      redis.command("CONFIG SET maxmemory-policy noeviction");
      assertThat(await(builds.inspection().evictionPolicies())).isEmpty();
    } finally {
      redis.command("CONFIG SET maxmemory 0");
      redis.command("CONFIG SET maxmemory-policy noeviction");
    }
  }

  @Test
  void something_of_the_form_before_it_had_a_number_is_seen() {
    Builds builds = new Builds(models, one);
    build(one);
    assertThat(await(builds.inspection().isThereAnEarlierForm())).isFalse();
    redis.command("HSET foldline:{last}:builds active 1.1");
    assertThat(await(builds.inspection().isThereAnEarlierForm())).isTrue();
  }

  @Test
  void one_builds_at_a_time() {
    Builds builds = new Builds(models, one);
    assertThat(await(builds.turns().lease("me", Duration.ofSeconds(10)))).isTrue();
    assertThat(await(builds.turns().lease("you", Duration.ofSeconds(10)))).isFalse();
    assertThat(await(builds.turns().lease("me", Duration.ofSeconds(10)))).isTrue();
    await(builds.turns().release("you"));
    assertThat(await(builds.turns().lease("you", Duration.ofSeconds(10)))).isFalse();
    await(builds.turns().release("me"));
    assertThat(await(builds.turns().lease("you", Duration.ofSeconds(10)))).isTrue();
  }

  @Test
  void one_turn_a_while_for_all() {
    Builds builds = new Builds(redis.models(), one);
    assertThat(await(builds.turns().takesTurn(Duration.ofMinutes(1)))).isTrue();
    assertThat(await(builds.turns().takesTurn(Duration.ofMinutes(1)))).isFalse();
  }

  private String build(Projection<?> projection) {
    Builds builds = new Builds(models, projection);
    String build = await(builds.begin()).build();
    await(builds.activate(build));
    return build;
  }

  private void apply(Projection<String> projection, String build, String event) {
    var projector =
        new Projector<Samples.Text, String>(
            models,
            projection,
            build,
            OnPoison.HOLD,
            Projector.Passing.UNHEARD,
            List::of,
            RealRedis.noHistory());
    long revision = "ab".indexOf(event);
    await(
        projector.apply(
            List.of(
                new Recorded<>(
                    new Samples.Text(event),
                    new UUID(0, revision),
                    "n-1",
                    revision,
                    revision,
                    Instant.EPOCH,
                    Map.of()))));
  }

  private String document(Projection<String> projection) {
    Optional<View<String>> view = await(views.document(projection, "n-1"));
    return view.orElseThrow().document();
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }
}
