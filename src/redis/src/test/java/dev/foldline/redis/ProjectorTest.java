package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Listing;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProjectorTest {

  private static final RealRedis redis = new RealRedis();

  private final TestLog log = new TestLog();
  private final Builds builds = new Builds(redis.models(), SUMS);
  private String build = "";
  private final Set<String> discarded = new HashSet<>();
  private Projector.Passing passing = Projector.Passing.UNHEARD;
  private OnPoison onPoison = OnPoison.HOLD;
  private final Views views = new Views(redis.models());

  record Sum(long value, int events) {}

  /** An event is a number as text; what is no number can't be decoded. */
  private static final Projection<Sum> SUMS =
      Projection.of("sums", 1, Sum.class).on(Samples.NUMBERS, ProjectorTest::project);

  private static Changes<Sum> project(@Nullable Sum sum, Recorded<Samples.Count> event) {
    long number = event.event().value();
    Sum now = sum == null ? new Sum(number, 1) : new Sum(sum.value() + number, sum.events() + 1);
    Change ranked =
        now.value() == 0
            ? new Change.Unrank("largest", event.id())
            : new Change.Rank("largest", event.id(), now.value());
    return Changes.to(
        now, ranked, new Change.Add("all", "sum", number), new Change.Add("all", "n", 1));
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
    build = newBuild();
  }

  @Test
  void folds_a_stream_into_its_document() {
    Applied outcome = apply(append("n-1", "5", "7"));

    assertThat(outcome).isEqualTo(new Applied(2, 0, 0, Map.of()));
    assertThat(document("n-1")).hasValue(new View<>("n-1", 1, new Sum(12, 2)));
    assertThat(document("n-2")).isEmpty();
  }

  @Test
  void skips_what_was_applied() {
    List<Recorded<String>> events = append("n-1", "5", "7");
    apply(events);

    assertThat(apply(events)).isEqualTo(new Applied(0, 2, 0, Map.of()));
    assertThat(document("n-1")).hasValue(new View<>("n-1", 1, new Sum(12, 2)));
    assertThat(totals()).containsEntry("sum", BigInteger.valueOf(12));
  }

  @Test
  void applies_once_what_a_batch_holds_twice_and_in_any_order() {
    List<Recorded<String>> events = append("n-1", "1", "2", "3");

    Applied outcome = apply(List.of(events.get(2), events.get(0), events.get(2), events.get(1)));

    assertThat(outcome).isEqualTo(new Applied(3, 1, 0, Map.of()));
    assertThat(document("n-1")).hasValue(new View<>("n-1", 2, new Sum(6, 3)));
  }

  @Test
  void reads_what_is_missing_from_the_stream() {
    List<Recorded<String>> events =
        append("n-1", IntStream.range(0, 1_234).mapToObj(_ -> "1").toArray(String[]::new));

    Applied outcome = apply(List.of(events.get(3), events.getLast()));

    assertThat(outcome.applied()).isEqualTo(1_234);
    assertThat(outcome.gaps()).isPositive();
    assertThat(document("n-1")).hasValue(new View<>("n-1", 1_233, new Sum(1_234, 1_234)));
  }

  @Test
  void reads_from_the_log_what_a_deleted_stream_does_not_give_any_more() {
    List<Recorded<String>> events = append("n-1", "1", "2", "3", "4");
    apply(events.subList(0, 1));
    append("n-2", IntStream.range(0, 1_234).mapToObj(_ -> "1").toArray(String[]::new));
    List<Recorded<String>> later = append("n-1", "5", "6");
    log.streams.remove("n-1");

    assertThat(apply(later.subList(1, 2)).applied()).isEqualTo(5);
    assertThat(document("n-1")).hasValue(new View<>("n-1", 5, new Sum(21, 6)));
  }

  @Test
  void reads_from_the_log_what_a_truncated_stream_does_not_give_any_more() {
    List<Recorded<String>> events = append("n-1", "1", "2", "3", "4", "5");
    log.streams.put("n-1", events.subList(3, 5));

    apply(events.subList(4, 5));

    assertThat(document("n-1")).hasValue(new View<>("n-1", 4, new Sum(15, 5)));
  }

  @Test
  void goes_on_behind_what_the_log_has_dropped_too() {
    List<Recorded<String>> events = append("n-1", "1", "2", "3", "4", "5");
    apply(events.subList(0, 1));
    log.streams.put("n-1", events.subList(2, 5));
    log.all.remove(events.get(1));
    apply(events.subList(4, 5));
    assertThat(document("n-1")).hasValue(new View<>("n-1", 4, new Sum(13, 4)));

    List<Recorded<String>> gone = append("n-2", "1", "2");
    log.streams.remove("n-2");
    log.all.remove(gone.getFirst());
    apply(gone.subList(1, 2));
    assertThat(document("n-2")).hasValue(new View<>("n-2", 1, new Sum(2, 1)));
  }

  /** Another instance may have it in hand, or nobody: the log is not read back without end. */
  @Test
  void skips_nothing_of_which_it_is_not_known_whether_it_comes() {
    List<Recorded<String>> events = append("n-1", "1", "2");
    append("n-2", IntStream.range(0, 21_000).mapToObj(_ -> "1").toArray(String[]::new));
    List<Recorded<String>> later = append("n-1", "3", "4");
    apply(events.subList(0, 1));
    log.streams.remove("n-1");

    Applied outcome = apply(later);

    assertThat(outcome.applied()).isZero();
    assertThat(outcome.poison(later.getFirst()))
        .hasValueSatisfying(poison -> assertThat(poison.cause()).isInstanceOf(Missing.class));
    assertThat(outcome.poison(later.getLast())).isPresent();
    assertThat(document("n-1")).hasValue(new View<>("n-1", 0, new Sum(1, 1)));
    assertThat(apply(events).applied()).isOne();
    assertThat(apply(later).applied()).isEqualTo(2);
  }

  @Test
  void one_stream_that_cant_be_read_holds_up_itself_alone() {
    log.denied.addAll(List.of("n-denied", "$all"));
    List<Recorded<String>> events = new ArrayList<>(append("n-1", "1", "2"));
    events.addAll(append("n-denied", "1", "2").subList(1, 2));

    Applied outcome = apply(events);

    assertThat(outcome.applied()).isEqualTo(2);
    assertThat(outcome.poisoned()).containsOnlyKeys("n-denied");
  }

  @Test
  void a_tombstone_waits_for_nothing() {
    List<Recorded<String>> events = append("n-1", "poison");
    Recorded<String> tombstone =
        new Recorded<>(
            "link",
            UUID.randomUUID(),
            "n-1",
            Long.MAX_VALUE,
            log.all.size(),
            Instant.EPOCH,
            Map.of());

    Applied outcome = apply(List.of(events.getFirst(), tombstone));

    assertThat(outcome.poison(events.getFirst())).isPresent();
    assertThat(outcome.poison(tombstone)).isEmpty();
  }

  @Test
  void a_poison_that_was_replaced_since_it_was_read_is_not_taken_away() {
    Poisons poisons = new Poisons(redis.models(), SUMS, build);
    List<Recorded<String>> events = append("n-1", "poison", "poison");
    await(poisons.add(apply(events).poisoned(), Instant.EPOCH));
    List<Poisons.Poisoned> read = await(poisons.list(10));
    Applied.Poison next = new Applied.Poison(1, 1, new IllegalStateException(), true);
    await(poisons.add(Map.of("n-1", List.of(next)), Instant.EPOCH));

    await(poisons.remove(read));
    assertThat(await(poisons.list(10)))
        .singleElement()
        .satisfies(left -> assertThat(left.revision()).isOne());
    await(poisons.remove(await(poisons.list(10))));
    assertThat(await(poisons.list(10))).isEmpty();
  }

  @Test
  void a_tombstone_ends_its_stream_and_moves_no_fence() {
    List<Recorded<String>> events = append("n-1", "1", "2");
    Recorded<String> tombstone =
        new Recorded<>(
            "link",
            UUID.randomUUID(),
            "n-1",
            Long.MAX_VALUE,
            log.all.size(),
            Instant.EPOCH,
            Map.of());
    log.streams.remove("n-1");

    assertThat(apply(List.of(tombstone))).isEqualTo(new Applied(0, 0, 0, Map.of()));
    assertThat(apply(List.of(events.getFirst(), tombstone)).applied()).isOne();
    assertThat(apply(events.subList(1, 2)).applied()).isOne();
    assertThat(document("n-1")).hasValue(new View<>("n-1", 1, new Sum(3, 2)));
    assertThat(await(views.living(SUMS, "n-1"))).isEmpty();
  }

  @Test
  void in_the_order_of_the_log_what_is_missing_is_gone_unless_the_stream_is_held() {
    List<Recorded<String>> cut = append("n-1", "1", "2", "3");
    List<Recorded<String>> held = append("n-2", "1", "poison", "3");
    log.streams.clear();
    log.all.clear();
    Poisons poisons = new Poisons(redis.models(), SUMS, build);
    await(poisons.add(apply(held.subList(0, 2), Order.LOG).poisoned(), Instant.EPOCH));

    Applied outcome = apply(List.of(cut.getLast(), held.getLast()), Order.LOG);

    assertThat(outcome.poison(held.getLast()))
        .hasValueSatisfying(poison -> assertThat(poison.revision()).isOne());
    assertThat(document("n-1")).hasValue(new View<>("n-1", 2, new Sum(3, 1)));
    assertThat(document("n-2")).hasValue(new View<>("n-2", 0, new Sum(1, 1)));
    assertThat(apply(held.subList(2, 3)).poison(held.getLast()))
        .as("delivered")
        .hasValueSatisfying(poison -> assertThat(poison.revision()).isOne());
    apply(held.subList(2, 3), Order.FROM_FENCE);
    assertThat(document("n-2")).hasValue(new View<>("n-2", 2, new Sum(4, 2)));
  }

  /** The store was restored from a backup, and has other events than those that were applied. */
  @Test
  void events_of_another_log_are_not_applied() {
    List<Recorded<String>> events = append("n-1", "1", "2", "3");
    apply(events.subList(0, 2));
    assertThatThrownBy(() -> apply(List.of(moved(events.get(1), 5))))
        .isInstanceOf(ForeignLog.class);
    assertThatThrownBy(() -> apply(List.of(moved(events.get(2), 1))))
        .isInstanceOf(ForeignLog.class)
        .hasMessageContainingAll("event 2 of n-1 is at position 1", "event 1 was at 1");
    assertThatThrownBy(() -> apply(List.of(moved(events.get(0), 2))))
        .isInstanceOf(ForeignLog.class);
    assertThat(apply(List.of(moved(events.get(1), -1))).duplicates()).isOne();
    assertThat(apply(events).applied()).isOne();
  }

  private static Recorded<String> moved(Recorded<String> event, long position) {
    return new Recorded<>(
        event.event(),
        event.eventId(),
        event.stream(),
        event.revision(),
        position,
        event.time(),
        event.metadata());
  }

  @Test
  void two_instances_apply_each_event_once() {
    List<Recorded<String>> events = new ArrayList<>();
    for (int stream = 0; stream < 50; stream++) {
      events.addAll(append("n-" + stream, "1", "2", "3", "4", "5", "6", "7", "8"));
    }
    Random random = new Random(42);
    List<Uni<Applied>> calls = new ArrayList<>();
    for (int instance = 0; instance < 4; instance++) {
      List<Recorded<String>> shuffled = new ArrayList<>(events);
      Collections.shuffle(shuffled, random);
      for (int from = 0; from < shuffled.size(); from += 40) {
        calls.add(projector().apply(List.copyOf(shuffled.subList(from, from + 40))));
      }
    }

    int applied =
        await(Uni.join().all(calls).andFailFast()).stream().mapToInt(Applied::applied).sum();

    assertThat(applied).isEqualTo(400);
    assertThat(totals())
        .containsEntry("sum", BigInteger.valueOf(50 * 36))
        .containsEntry("n", BigInteger.valueOf(400));
    for (int stream = 0; stream < 50; stream++) {
      assertThat(document("n-" + stream)).hasValue(new View<>("n-" + stream, 7, new Sum(36, 8)));
    }
  }

  @Test
  void an_event_that_cant_be_applied_holds_up_its_own_stream_alone() {
    List<Recorded<String>> events = new ArrayList<>(append("n-1", "1", "poison", "3"));
    events.addAll(append("n-2", "1", "2"));

    Applied outcome = apply(events);

    assertThat(outcome.applied()).isEqualTo(3);
    assertThat(outcome.poisoned()).containsOnlyKeys("n-1");
    assertThat(
            events.stream().filter(event -> outcome.poison(event).isEmpty()).map(Recorded::event))
        .containsExactly("1", "1", "2");
    assertThat(document("n-1")).hasValue(new View<>("n-1", 0, new Sum(1, 1)));
  }

  @Test
  void a_document_that_cant_be_read_holds_up_its_own_stream_alone() {
    List<Recorded<String>> events = new ArrayList<>(append("n-1", "1"));
    redis.command(
        "HSET "
            + new Layout(RealRedis.NAMESPACE, "sums", build).documents(Layout.partition("n-2"))
            + " n-2 nonsense");
    append("n-2", "1", "2", "3", "4", "5");
    events.addAll(append("n-2", "6"));

    Applied outcome = apply(events);

    assertThat(outcome.applied()).isEqualTo(1);
    assertThat(outcome.poisoned()).containsOnlyKeys("n-2");
  }

  @ParameterizedTest
  @MethodSource("resultsOfNoUse")
  void a_result_of_no_use_holds_up_its_own_stream_alone(Supplier<Changes<Object>> result) {
    Projection<Object> projection =
        Projection.of("sums", 1, Object.class)
            .on(
                Samples.NUMBERS,
                (_, event) ->
                    event.event().value() == 13 ? result.get() : Changes.to(event.event().value()));
    List<Recorded<String>> events = new ArrayList<>(append("n-1", "1", "13", "3"));
    events.addAll(append("n-2", "1", "2"));

    Applied outcome = await(projector(projection).apply(events));

    assertThat(outcome.applied()).isEqualTo(3);
    assertThat(outcome.poisoned()).containsOnlyKeys("n-1");
    assertThat(await(views.document(projection, "n-1"))).hasValue(new View<>("n-1", 0, 1));
    assertThat(await(views.document(projection, "n-2"))).hasValue(new View<>("n-2", 1, 2));
  }

  private static List<Named<Supplier<Changes<Object>>>> resultsOfNoUse() {
    String missing = (new String[1])[0];
    return List.of(
        Named.of("no JSON", () -> Changes.to(new Object())),
        Named.of("no view", () -> Changes.to(1, new Change.Add(missing, "n", 1))),
        Named.of("no field", () -> Changes.to(1, new Change.Add("all", missing, 1))),
        Named.of("no member", () -> Changes.to(1, new Change.Rank("largest", missing, 1))),
        Named.of("no change", () -> new Changes<>(1, Arrays.asList(new Change[1]))),
        Named.of("an error", () -> fail("as an assertion in the projection does")),
        Named.of(
            "a stack overflow",
            () -> {
              throw new StackOverflowError();
            }));
  }

  @Test
  void an_event_that_cant_be_applied_is_passed_over_where_told_so() {
    onPoison = OnPoison.PASS;
    List<Recorded<String>> events = append("n-1", "1", "poison", "3", "poison");

    Applied outcome = apply(events);

    assertThat(
            events.stream().filter(event -> outcome.poison(event).isEmpty()).map(Recorded::event))
        .containsExactly("1", "3");
    assertThat(document("n-1")).hasValue(new View<>("n-1", 3, new Sum(4, 2)));
  }

  @Test
  void what_is_passed_over_is_told_of_before_for_nobody_finds_it_afterwards() {
    onPoison = OnPoison.PASS;
    List<Recorded<String>> events = append("n-1", "1", "poison", "3");
    passing = _ -> Uni.createFrom().failure(new Unavailable("not now"));
    assertThatThrownBy(() -> apply(events)).isInstanceOf(Unavailable.class);
    assertThat(document("n-1")).isEmpty();

    List<Long> told = new ArrayList<>();
    passing =
        found -> {
          found.values().forEach(all -> all.forEach(poison -> told.add(poison.revision())));
          return Uni.createFrom().item(true);
        };
    apply(events);
    assertThat(told).containsExactly(1L);
    assertThat(document("n-1")).hasValue(new View<>("n-1", 2, new Sum(4, 2)));
  }

  @Test
  void what_turns_out_to_be_discarded_is_not_passed_over() {
    onPoison = OnPoison.PASS;
    passing =
        _ -> {
          discarded.add("poison");
          return Uni.createFrom().item(false);
        };
    List<Recorded<String>> events = append("n-1", "1", "poison", "3");

    Applied outcome = apply(events);

    assertThat(outcome.poisoned()).isEmpty();
    assertThat(document("n-1")).hasValue(new View<>("n-1", 2, new Sum(4, 2)));
  }

  @Test
  void passes_over_what_is_no_event_of_the_application() {
    apply(append("n-1", "link", "3", "link"));
    assertThat(document("n-1")).hasValue(new View<>("n-1", 2, new Sum(3, 1)));
    apply(append("n-2", "link"));
    assertThat(document("n-2")).isEmpty();
    apply(append("n-2", "2"));
    assertThat(document("n-2")).hasValue(new View<>("n-2", 1, new Sum(2, 1)));
  }

  @Test
  void one_stored_event_that_is_several_by_now_moves_the_fence_once() {
    List<Recorded<String>> events = append("n-1", "1", "2+3", "4");
    apply(events.subList(0, 2));
    assertThat(document("n-1")).hasValue(new View<>("n-1", 1, new Sum(6, 3)));
    apply(events);
    assertThat(document("n-1")).hasValue(new View<>("n-1", 2, new Sum(10, 4)));
    assertThat(totals()).containsEntry("sum", BigInteger.TEN);
  }

  @Test
  void totals_are_exact_beyond64_bits() {
    apply(append("n-1", "" + Long.MAX_VALUE, "" + Long.MIN_VALUE));
    apply(append("n-2", "" + Long.MAX_VALUE));
    apply(append("n-3", "" + Long.MAX_VALUE, "-1"));

    assertThat(totals())
        .containsEntry(
            "sum", BigInteger.valueOf(Long.MAX_VALUE).shiftLeft(1).subtract(BigInteger.TWO));
  }

  @Test
  void a_low_half_is_carried_before_it_overflows() {
    int partition = Layout.partition("n-1");
    String totals = new Layout(RealRedis.NAMESPACE, "sums", build).totals(partition, "all");
    redis.command("HSET " + totals + " sum:l 4503599627370495");

    apply(append("n-1", "3"));

    assertThat(redis.command("HGET " + totals + " sum:l")).isEqualTo("2");
    assertThat(totals()).containsEntry("sum", BigInteger.ONE.shiftLeft(52).add(BigInteger.TWO));
  }

  @Test
  void ranks_exactly_above53_bits() {
    long large = 1L << 60;
    for (int i = 0; i < 40; i++) {
      apply(append("n-" + i, "" + (large + i)));
    }
    apply(append("n-low", "" + Long.MIN_VALUE));
    apply(append("n-gone", "4", "-4"));
    apply(append("n-39", "" + -large));

    assertThat(top(3))
        .containsExactly(
            new Listing.Ranked("38", large + 38),
            new Listing.Ranked("37", large + 37),
            new Listing.Ranked("36", large + 36));
    assertThat(top(100))
        .hasSize(41)
        .endsWith(new Listing.Ranked("39", 39), new Listing.Ranked("low", Long.MIN_VALUE));
  }

  @Test
  void a_script_that_redis_forgot_is_loaded_again() {
    apply(append("n-1", "1"));
    redis.command("SCRIPT FLUSH");
    apply(append("n-2", "1"));
    assertThat(document("n-2")).isPresent();
  }

  @Test
  void without_memory_nothing_is_applied() {
    redis.command("CONFIG SET maxmemory 1");
    try {
      assertThatThrownBy(() -> apply(append("n-1", "1"))).isInstanceOf(Unavailable.class);
    } finally {
      redis.command("CONFIG SET maxmemory 0");
    }
    assertThat(document("n-1")).isEmpty();
    assertThat(totals()).isEmpty();
  }

  @Test
  void an_absent_redis_is_unavailable_and_comes_back() {
    redis.stop();
    assertThatThrownBy(() -> apply(append("n-1", "1"))).isInstanceOf(Unavailable.class);
    redis.restart();
    build = newBuild();
    apply(append("n-2", "1"));
    assertThat(document("n-2")).isPresent();
  }

  private String newBuild() {
    String fresh = await(builds.begin()).build();
    await(builds.activate(fresh));
    return fresh;
  }

  private List<Recorded<String>> append(String stream, String... events) {
    return log.append(stream, events);
  }

  private Projector<String, Sum> projector() {
    return projector(SUMS);
  }

  private <D> Projector<String, D> projector(Projection<D> projection) {
    return new Projector<>(
        redis.models(), projection, build, onPoison, passing, this::decode, log.history);
  }

  /** A link is none of ours, and "2+3" is a shape of the past for two numbers. */
  private List<Recorded<Samples.Count>> decode(Recorded<String> stored) {
    return stored.event().equals("link") || discarded.contains(stored.event())
        ? List.of()
        : Arrays.stream(stored.event().split("\\+"))
            .map(number -> stored.map(_ -> new Samples.Count(Long.parseLong(number))))
            .toList();
  }

  private Applied apply(List<Recorded<String>> events) {
    return await(projector().apply(events));
  }

  private Applied apply(List<Recorded<String>> events, Order order) {
    return await(projector().apply(events, order));
  }

  private Optional<View<Sum>> document(String stream) {
    return await(views.document(SUMS, stream));
  }

  private Map<String, BigInteger> totals() {
    return await(views.totals(SUMS, "all"));
  }

  private List<Listing.Ranked> top(int limit) {
    return await(views.page(SUMS, Listing.of("largest").page(limit, Optional.empty()))).entries();
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }
}
