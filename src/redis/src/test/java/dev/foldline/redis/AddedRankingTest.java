package dev.foldline.redis;

import static dev.foldline.redis.BestCustomers.LIMIT;
import static dev.foldline.redis.BestCustomers.VIEW;
import static dev.foldline.redis.BestCustomers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Change;
import dev.foldline.core.Listing;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.redis.BestCustomers.Kind;
import dev.foldline.redis.Meddler.Fate;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A ranking to which is added")
class AddedRankingTest {

  private static final RealRedis redis = new RealRedis();

  private BestCustomers best = new BestCustomers(redis, Kind.OF_STREAMS);

  @AfterAll
  static void stop() {
    redis.close();
  }

  private void begin(Kind kind) {
    best = new BestCustomers(redis, kind);
  }

  @ParameterizedTest
  @EnumSource
  void has_exact_sums_of_any_number_of_streams_however_often_events_come(Kind kind) {
    begin(kind);
    List<Recorded<String>> events = new ArrayList<>();
    for (int stream = 0; stream < 1_040; stream++) {
      events.addAll(best.append("buy-" + stream, "ada=" + stream, "Bob Müller=-3\nada=1"));
    }
    assertThat(events.stream().map(event -> Layout.partition(event.stream())).distinct())
        .hasSize(Layout.PARTITIONS);

    for (int round = 0; round < 3; round++) {
      for (int from = 0; from < events.size(); from += 260) {
        best.apply(events.subList(from, from + 260));
      }
      assertThat(best.ranking())
          .isEqualTo(Map.of("ada", 1_040L * 1_039 / 2 + 1_040, "Bob Müller", -3 * 1_040L));
    }
    assertThat(best.pending()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void has_exact_sums_where_several_instances_apply_events_at_once(Kind kind) {
    begin(kind);
    List<Recorded<String>> events = new ArrayList<>();
    for (int stream = 0; stream < 60; stream++) {
      events.addAll(best.append("buy-" + stream, "ada=1", "bob=2\nada=4", "c" + stream + "=8"));
    }
    List<Uni<Applied>> calls = new ArrayList<>();
    for (int instance = 0; instance < 3; instance++) {
      List<Recorded<String>> shuffled = new ArrayList<>(events);
      Collections.shuffle(shuffled, new Random(instance));
      for (int from = 0; from < shuffled.size(); from += 30) {
        calls.add(best.projector().apply(List.copyOf(shuffled.subList(from, from + 30))));
      }
    }

    await(Uni.join().all(calls).andFailFast());

    assertThat(best.ranking())
        .isEqualTo(best.bought())
        .containsEntry("ada", 300L)
        .containsEntry("bob", 120L)
        .hasSize(62);
    assertThat(best.pending()).isZero();
  }

  /** The partition of the member is closed, so that nothing can be written there. */
  @ParameterizedTest
  @EnumSource
  void has_an_event_before_it_counts_as_applied_and_else_once_it_comes_again(Kind kind) {
    begin(kind);
    String stream = elsewhere("ada");
    List<Recorded<String>> events = best.append(stream, "ada=1", "ada=2");
    best.apply(events.subList(0, 1));
    best.mark(Layout.partition("ada"), Layout.CLOSED);
    assertThatThrownBy(() -> best.apply(events)).isInstanceOf(Unavailable.class);
    best.mark(Layout.partition("ada"), Layout.OPEN);
    assertThat(best.ranking()).containsExactly(Map.entry("ada", 1L));
    assertThat(best.pending()).isOne();
    assertThat(await(best.views.revision(best.projection, stream)))
        .isEqualTo(
            switch (kind) {
              case OF_STREAMS -> 1;
              case OF_KEYS -> 0; // so that who waits for a token is not told before
            });

    best.apply(events.subList(1, 2));

    assertThat(best.ranking()).containsExactly(Map.entry("ada", 3L));
    assertThat(best.pending()).isZero();
  }

  @Test
  void has_what_a_stream_added_for_whoever_has_seen_that() {
    List<Recorded<String>> events = best.append(elsewhere("ada"), "ada=1");
    String other =
        IntStream.iterate(0, i -> i + 1)
            .mapToObj(i -> "buy-" + i)
            .filter(stream -> Layout.partition(stream) == Layout.partition("ada"))
            .findFirst()
            .orElseThrow();
    best.mark(Layout.partition("ada"), Layout.CLOSED);
    assertThatThrownBy(() -> best.apply(events)).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> await(best.views.carryOver(best.projection, elsewhere("ada"))))
        .isInstanceOf(Unavailable.class);
    best.mark(Layout.partition("ada"), Layout.OPEN);

    await(best.views.carryOver(best.projection, other));
    assertThat(best.ranking()).as("for who has seen another").isEmpty();
    await(best.views.carryOver(best.projection, elsewhere("ada")));

    assertThat(best.ranking()).containsExactly(Map.entry("ada", 1L));
    assertThat(best.pending()).isZero();
    assertThat(await(best.builds.live())).hasValue(best.layout.build());
  }

  @Test
  void is_carried_over_page_by_page() {
    String all =
        IntStream.range(0, 2_300)
            .mapToObj(i -> "c" + i + "=" + i)
            .collect(Collectors.joining("\n"));
    List<Recorded<String>> events = best.append("buy-1", all);
    int closed = (Layout.partition("buy-1") + 1) % Layout.PARTITIONS;
    best.mark(closed, Layout.CLOSED);
    assertThatThrownBy(() -> best.apply(events)).isInstanceOf(Unavailable.class);
    best.mark(closed, Layout.OPEN);
    assertThat(best.pending()).isEqualTo(2_300);

    best.apply(events);

    assertThat(best.ranking()).isEqualTo(best.bought()).hasSize(2_300);
    assertThat(best.pending()).isZero();
  }

  /** Another one adds to the same, from beginning to end, before any request of the slow one. */
  @ParameterizedTest
  @EnumSource
  void is_not_taken_back_by_whoever_is_slow(Kind kind) {
    begin(kind);
    best.apply(best.append("buy-0", "bob=1")); // so that Redis knows the scripts
    AtomicInteger requests = new AtomicInteger();
    for (int point = 0; requests.get() >= point; point++) {
      requests.set(0);
      int here = point;
      List<Recorded<String>> first = best.append("buy-1", "ada=1");
      List<Recorded<String>> second = best.append("buy-2", "ada=2");
      Meddler slow =
          new Meddler(
              redis.client(),
              _ ->
                  requests.getAndIncrement() == here
                      ? future(best.projector().apply(second)).map(Fate.DONE)
                      : Future.succeededFuture(Fate.DONE));

      await(best.projector(slow.client()).apply(first));
      best.apply(second); // behind the last request nobody has

      assertThat(best.ranking())
          .as("before request %d", point)
          .isEqualTo(Map.of("ada", 3L * (point + 1), "bob", 1L));
      assertThat(best.pending()).isZero();
    }
    assertThat(requests).hasValueGreaterThan(Layout.PARTITIONS);
  }

  /** Two of the same, and who added the second dies: the first one has not carried that over. */
  @Test
  void stays_pending_where_something_was_added_that_is_not_carried_over() {
    best.apply(best.append("buy-0", "bob=1"));
    String stream = elsewhere("ada");
    List<Recorded<String>> first = best.append(stream, "ada=1");
    List<Recorded<String>> second = best.append(stream, "ada=2", "ada=-2");
    Meddler dies =
        new Meddler(
            redis.client(),
            request ->
                Future.succeededFuture(isHomeWritten(request) ? Fate.NEVER_ARRIVES : Fate.DONE));
    AtomicBoolean once = new AtomicBoolean();
    Meddler slow =
        new Meddler(
            redis.client(),
            request ->
                request.contains(Script.named("carried.lua").digest())
                        && once.compareAndSet(false, true)
                    ? future(best.projector(dies.client()).apply(second))
                        .map(Fate.DONE)
                        .otherwise(Fate.DONE)
                    : Future.succeededFuture(Fate.DONE));

    await(best.projector(slow.client()).apply(first));

    assertThat(once).isTrue();
    assertThat(best.pending()).isOne();
    best.apply(second);
    assertThat(best.ranking()).isEqualTo(Map.of("ada", 1L, "bob", 1L));
    assertThat(best.pending()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "best", "12:best customers", "ä: 😀"})
  void may_be_called_as_one_likes(String view) {
    for (String member : List.of("", "ada", "3:a", ":")) {
      Sum sum = new Sum(view, member);

      assertThat(Sum.named(sum.name())).isEqualTo(sum);
    }
    assertThat(new Sum("a", "b").name()).isNotEqualTo(new Sum("", "ab").name());
  }

  private static boolean isHomeWritten(String request) {
    return request.contains(Script.named("apply.lua").digest()) && request.contains("\0sum:");
  }

  private static <T> Future<T> future(Uni<T> uni) {
    return Future.fromCompletionStage(
        uni.ifNoItem().after(LIMIT).fail().subscribeAsCompletionStage());
  }

  /** The node of the home failed over, those of the parts did not. */
  @ParameterizedTest
  @EnumSource
  void has_again_what_its_home_lost_once_all_is_carried_over_again(Kind kind) {
    begin(kind);
    String stream = elsewhere("ada");
    String many =
        IntStream.range(0, 2_500).mapToObj(i -> "\nc" + i + "=1").collect(Collectors.joining());
    List<Recorded<String>> events = best.append(stream, "ada=1", "ada=2" + many);
    best.apply(events.subList(0, 1));
    List<String> home = best.layout.keys(Layout.partition("ada"), List.of(VIEW, "all", "streams"));
    home.forEach(key -> redis.command("COPY " + key + " kept:" + key));
    best.apply(events);
    Map<String, Long> whole = best.ranking();
    home.forEach(key -> redis.command("COPY kept:" + key + " " + key + " REPLACE"));
    assertThat(best.ranking()).isNotEqualTo(whole).containsEntry("ada", 1L);
    best.apply(events);
    assertThat(best.ranking()).as("delivered again").isNotEqualTo(whole);

    for (Sweep sweep = best.projector().sweep(); !sweep.ended(); ) {
      await(sweep.next());
    }

    assertThat(best.ranking()).isEqualTo(whole).isEqualTo(best.bought());
  }

  @Test
  void stands_at_the_end_of_the_longs_until_it_comes_back() {
    String most = "ada=" + Long.MAX_VALUE + "\nbob=" + Long.MIN_VALUE;
    best.apply(best.append("buy-1", most, most));
    best.apply(best.append("buy-2", most, "eve=" + Long.MAX_VALUE));
    assertThat(best.ranking())
        .isEqualTo(Map.of("ada", Long.MAX_VALUE, "bob", Long.MIN_VALUE, "eve", Long.MAX_VALUE));

    String back = "ada=" + -Long.MAX_VALUE + "\nbob=" + Long.MAX_VALUE;
    best.apply(best.append("buy-3", back));
    assertThat(best.ranking()).containsEntry("ada", Long.MAX_VALUE);
    best.apply(best.append("buy-4", back, "ada=-5\nbob=7"));

    assertThat(best.ranking())
        .containsEntry("ada", Long.MAX_VALUE - 5)
        .containsEntry("bob", Long.MIN_VALUE + 5);
  }

  @Test
  void is_in_the_order_of_sums_and_then_of_names_also_at_0_and_below() {
    best.apply(best.append("buy-1", "Zoë=5\nzoe=5\nÄrger mit =5\n😀=5\nﬀ=5", "none=0"));
    best.apply(best.append("buy-2", "ada=7\nada=-7", "eve=-1\nZ=3", "Z=2", "first=6"));

    assertThat(best.ranking().keySet())
        .containsExactly("first", "Z", "Zoë", "zoe", "Ärger mit ", "ﬀ", "😀", "ada", "none", "eve");
    Listing lowest = Listing.of(VIEW).lowestFirst().between(-1, 0);
    assertThat(await(best.views.page(best.projection, lowest)).entries())
        .containsExactly(
            new Listing.Ranked("eve", -1),
            new Listing.Ranked("none", 0),
            new Listing.Ranked("ada", 0));
  }

  @ParameterizedTest
  @EnumSource
  void takes_any_name_and_several_of_one_in_an_event_that_changes_other_views_too(Kind kind) {
    begin(kind);
    List<String> names =
        Stream.of(
                "",
                " ",
                ":h",
                "a:l",
                "5:best:",
                "=",
                "\0",
                "Ä ö",
                "🎉",
                "x".repeat(1_000),
                "ä".repeat(1_000))
            .toList();
    String event = names.stream().map(name -> name + "=2").collect(Collectors.joining("\n"));

    best.apply(best.append("buy-1", event + "\n" + event, "ada=1\nada=2\nada=-1"));
    best.apply(best.append("buy-2", event));

    assertThat(best.ranking()).isEqualTo(best.bought()).hasSize(12).containsEntry("\0", 6L);
    assertThat(await(best.views.totals(best.projection, "all")))
        .containsEntry("events", BigInteger.valueOf(3));
    assertThat(await(best.views.page(best.projection, Listing.of("streams"))).entries())
        .containsExactly(new Listing.Ranked("1", 1), new Listing.Ranked("2", 0));
  }

  @Test
  void refuses_a_member_that_is_too_long_or_has_half_a_character() {
    List<Recorded<String>> events = best.append("buy-1", "a".repeat(1_001) + "=1", "ada=1");

    Applied outcome = best.apply(events);

    assertThat(outcome.poison(events.getFirst()).orElseThrow().cause())
        .hasMessage("a member of a view has at most 1000 characters, not 1001");
    assertThat(outcome.poison(events.getLast())).isPresent();
    assertThat(best.ranking()).isEmpty();
    assertThatThrownBy(() -> new Change.Increase(VIEW, "ab\ud83d", 1))
        .hasMessage("a member of a view has half of a surrogate pair at 2");
  }

  /** Whoever would leave them out would rank by a part of the sums. */
  @ParameterizedTest
  @ValueSource(strings = {"sums", "pending"})
  void is_lost_where_one_of_its_keys_was_lost(String key) {
    List<Recorded<String>> events = best.append(elsewhere("ada"), "ada=1", "ada=2");
    List<Recorded<String>> others = best.append("buy-other", "ada=4");
    best.mark(Layout.partition("ada"), Layout.CLOSED);
    assertThatThrownBy(() -> best.apply(events.subList(0, 1))).isInstanceOf(Unavailable.class);
    best.mark(Layout.partition("ada"), Layout.OPEN);
    assertThat(await(best.builds.live())).isPresent();
    int partition = Layout.partition(elsewhere("ada"));

    redis.command("DEL " + best.layout.documents(partition).replace("documents", key));

    assertThat(await(best.builds.live())).isEmpty();
    assertThatThrownBy(() -> best.apply(events)).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> await(best.views.carryOver(best.projection, elsewhere("ada"))))
        .isInstanceOf(Unavailable.class);
    if (key.equals("sums")) {
      assertThatThrownBy(() -> best.apply(others)).isInstanceOf(Unavailable.class);
    }
    assertThat(best.ranking()).isEmpty();
  }

  @Test
  void goes_with_its_build() {
    List<Recorded<String>> events = best.append(elsewhere("ada"), "ada=1");
    best.apply(events);
    best.mark(Layout.partition("ada"), Layout.CLOSED);
    assertThatThrownBy(() -> best.apply(best.append(elsewhere("ada"), "ada=2")))
        .isInstanceOf(Unavailable.class);
    assertThat(redis.command("KEYS *:sums")).contains(":sums");
    assertThat(redis.command("KEYS *:pending")).contains(":pending");

    await(best.builds.drop(best.layout.build()));

    assertThat(redis.command("KEYS *{best:*")).isEqualTo("[]");
  }

  @Test
  void costs_nothing_where_nothing_is_added() {
    List<String> requests = Collections.synchronizedList(new ArrayList<>());
    Function<String, Future<Fate>> heard =
        request -> {
          requests.add(request);
          return Future.succeededFuture(Fate.DONE);
        };
    Meddler listener = new Meddler(redis.client(), heard);
    best.apply(best.append("buy-0", "ada=1"));
    var projector =
        new Projector<String, Long>(
            new ReadModels(listener.client(), new ObjectMapper(), LIMIT, RealRedis.NAMESPACE),
            best.projection,
            best.layout.build(),
            OnPoison.HOLD,
            Projector.Passing.UNHEARD,
            _ -> List.of(),
            best.log.history);

    await(projector.apply(best.append("buy-1", "-")));

    assertThat(requests).hasSize(2);
  }

  /** A stream, and the key that it names, in other partitions than the member. */
  private static String elsewhere(String member) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "buy-" + i)
        .filter(stream -> Layout.partition(stream) != Layout.partition(member))
        .filter(stream -> Layout.partition(BestCustomers.key(stream)) != Layout.partition(member))
        .findFirst()
        .orElseThrow();
  }
}
