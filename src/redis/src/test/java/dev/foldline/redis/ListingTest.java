package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Invalid;
import dev.foldline.core.Listing;
import dev.foldline.core.Listing.Order;
import dev.foldline.core.Listing.Page;
import dev.foldline.core.Listing.Ranked;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A page of a ranking or index")
class ListingTest {

  private static final RealRedis redis = new RealRedis();

  /** What the events of these tests bring about, by their number. */
  private final List<Change> changes = new ArrayList<>();

  private final Map<String, Long> revisions = new HashMap<>();

  private final Projection<Long> projection =
      Projection.of("listed", 1, Long.class)
          .on(
              Samples.NUMBERS,
              (_, event) ->
                  Changes.to(
                      event.event().value(), changes.get(Math.toIntExact(event.event().value()))));

  private final Views views = new Views(redis.models());
  private String build = "";

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
    Builds builds = new Builds(redis.models(), projection);
    build = await(builds.begin()).build();
    await(builds.activate(build));
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  /** Has each change made by an event of the stream that is called after its number here. */
  private void make(Map<String, Change> byStream) {
    List<Recorded<Samples.Count>> events = new ArrayList<>();
    byStream.forEach(
        (stream, change) -> {
          long revision = revisions.merge(stream, 0L, (before, _) -> before + 1);
          int number = changes.size();
          changes.add(change);
          events.add(
              new Recorded<>(
                  new Samples.Count(number),
                  new UUID(0, number),
                  "n-" + stream,
                  revision,
                  number,
                  Instant.EPOCH,
                  Map.of()));
        });
    var projector =
        new Projector<Samples.Count, Long>(
            redis.models(),
            projection,
            build,
            OnPoison.HOLD,
            Projector.Passing.UNHEARD,
            List::of,
            RealRedis.noHistory());
    assertThat(await(projector.apply(events)).poisoned()).isEmpty();
  }

  private void rank(String member, long score) {
    make(Map.of(member, new Change.Rank("r", member, score)));
  }

  private void index(String member, String value, long order) {
    make(Map.of(member, new Change.Index("i", member, value, order)));
  }

  private Page<Ranked> page(Listing listing) {
    return await(views.page(projection, listing));
  }

  /** All pages of a listing, one after another. */
  private List<Ranked> all(Listing listing) {
    List<Ranked> all = new ArrayList<>();
    Page<Ranked> page = page(listing);
    while (true) {
      all.addAll(page.entries());
      assertThat(all).as("the pages go on").doesNotHaveDuplicates();
      if (page.next().isEmpty()) {
        return all;
      }
      assertThat(page.entries()).hasSize(listing.limit());
      page = page(listing.page(listing.limit(), page.next()));
    }
  }

  private List<String> members(Listing listing) {
    return all(listing).stream().map(Ranked::member).toList();
  }

  private static Listing first(Listing listing, int limit) {
    return listing.page(limit, Optional.empty());
  }

  @Test
  void has_equal_scores_in_the_order_of_their_names_and_the_lowest_first_in_reverse() {
    for (int i = 9; i >= 0; i--) {
      rank("m" + i, 7);
    }
    List<String> names = IntStream.range(0, 10).mapToObj(i -> "m" + i).toList();

    assertThat(members(first(Listing.of("r"), 3))).isEqualTo(names);
    assertThat(members(first(Listing.of("r").lowestFirst(), 3))).isEqualTo(names.reversed());
    assertThat(page(first(Listing.of("r"), 10)).next()).isEmpty();
    assertThat(page(first(Listing.of("r"), 9)).next()).isPresent();
  }

  /** In UTF-16, which Java compares, a smiley comes before a ligature; in Redis behind it. */
  @Test
  void sorts_names_as_redis_does() {
    make(Map.of("1", new Change.Rank("r", "ﬀ", 1), "2", new Change.Rank("r", "😀", 1)));
    make(Map.of("3", new Change.Rank("r", "Zoë", 1), "4", new Change.Rank("r", "Ärger mit ", 1)));

    assertThat(members(first(Listing.of("r"), 1))).containsExactly("Zoë", "Ärger mit ", "ﬀ", "😀");
  }

  @Test
  void has_the_scores_from_and_to_which_it_is_asked_both_included() {
    for (long score : new long[] {Long.MIN_VALUE, -10, -9, -1, 0, 9, 10, 25, 26, Long.MAX_VALUE}) {
      rank("m" + score, score);
    }

    assertThat(members(first(Listing.of("r").between(-9, 25), 2)))
        .containsExactly("m25", "m10", "m9", "m0", "m-1", "m-9");
    assertThat(members(first(Listing.of("r").between(-9, 25).lowestFirst(), 2)))
        .containsExactly("m-9", "m-1", "m0", "m9", "m10", "m25");
    assertThat(members(Listing.of("r").between(Long.MAX_VALUE, Long.MAX_VALUE))).hasSize(1);
    assertThat(members(Listing.of("r").between(Long.MIN_VALUE, Long.MIN_VALUE))).hasSize(1);
    assertThat(members(Listing.of("r").between(25, -9))).isEmpty();
    assertThat(members(Listing.of("r"))).hasSize(10);
  }

  @ParameterizedTest
  @EnumSource
  void begins_behind_a_place_that_may_be_outside_of_the_range(Order order) {
    for (int i = 0; i < 10; i++) {
      rank("m" + i, i);
    }
    boolean highest = order == Order.HIGHEST_FIRST;
    Listing listing = highest ? Listing.of("r") : Listing.of("r").lowestFirst();
    Optional<String> early = page(first(listing, 1)).next();
    Optional<String> late = page(first(listing, 9)).next();

    Listing middle = listing.between(4, 6);

    assertThat(members(middle.page(10, early))).hasSize(3);
    assertThat(members(middle.page(10, late))).isEmpty();
  }

  @Test
  void is_not_begun_behind_what_no_page_gave() {
    for (String none :
        List.of("", "x", "%", "ä", "AAAA", "A".repeat(7_000), told("g".repeat(16)))) {
      assertThatThrownBy(() -> page(Listing.of("r").page(1, Optional.of(none))))
          .isInstanceOf(Invalid.class)
          .hasMessageStartingWith("after");
    }
    for (int limit : new int[] {0, -1, Listing.MOST + 1}) {
      assertThatThrownBy(() -> first(Listing.of("r"), limit)).isInstanceOf(Invalid.class);
    }
  }

  private static String told(String place) {
    return Base64.getUrlEncoder().encodeToString(place.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void while_others_move_neither_loses_nor_repeats_who_stays(Order order) {
    Random random = new Random(7);
    for (int i = 0; i < 60; i++) {
      rank("stays-" + i, random.nextInt(10));
      rank("moves-" + i, random.nextInt(10));
    }
    Listing listing =
        first(order == Order.HIGHEST_FIRST ? Listing.of("r") : Listing.of("r").lowestFirst(), 7);
    List<String> met = new ArrayList<>();
    Page<Ranked> page = page(listing);
    while (true) {
      page.entries().forEach(entry -> met.add(entry.member()));
      assertThat(met.size()).as("the pages end").isLessThan(1_000);
      String last = page.entries().getLast().member();
      if (last.startsWith("moves")) {
        make(Map.of(last, new Change.Unrank("r", last)));
      }
      for (int i = 0; i < 5; i++) {
        rank("moves-" + random.nextInt(60), random.nextInt(10));
      }
      if (page.next().isEmpty()) {
        break;
      }
      page = page(listing.page(7, page.next()));
    }

    assertThat(met.stream().filter(member -> member.startsWith("stays")))
        .doesNotHaveDuplicates()
        .hasSize(60);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "Jörg Größe", "a\0b", "{x}", "3:abc", "😀", "0", "ffffffffffffffff"})
  void of_an_index_has_what_stands_under_a_value_whatever_that_is(String value) {
    List<String> others =
        List.of("", " ", "J", "Jörg Größe2", "a", "a\0", "{x}}", "3", "abc", "😀😀", "00", "f");
    for (int i = 0; i < others.size(); i++) {
      if (!others.get(i).equals(value)) {
        index("o" + i, others.get(i), i);
      }
    }
    index("b", value, 1);
    index("a", value, 2);
    index("c", value, Long.MIN_VALUE);

    assertThat(members(first(Listing.of("i", value), 2))).containsExactly("a", "b", "c");
    assertThat(members(first(Listing.of("i", value).lowestFirst(), 2)))
        .containsExactly("c", "b", "a");
    assertThat(members(Listing.of("i", value).between(1, 2))).containsExactly("a", "b");
  }

  @Test
  void of_an_index_finds_the_longest_value_and_a_longer_one_parks_its_event() {
    String longest = "ß".repeat(Change.LONGEST);
    index("a", longest, 1);

    assertThat(members(Listing.of("i", longest))).containsExactly("a");
    for (String none : List.of(longest + "ß", "\ud800", "\udc00a")) {
      assertThatThrownBy(() -> new Change.Index("i", "b", none, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("a value of a view");
      assertThatThrownBy(() -> new Change.Rank("i", none, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void of_an_index_has_a_member_under_its_last_value_alone() {
    index("a", "red", 1);
    index("b", "red", 2);
    index("a", "green", 3);

    assertThat(members(Listing.of("i", "red"))).containsExactly("b");
    assertThat(members(Listing.of("i", "green"))).containsExactly("a");

    make(Map.of("a", new Change.Unindex("i", "a")));
    assertThat(members(Listing.of("i", "green"))).isEmpty();
    assertThat(members(Listing.of("i", "red"))).containsExactly("b");
  }

  @Test
  void asks_no_partition_for_more_than_it_may_need() {
    for (int i = 0; i < 200; i++) {
      rank("m" + i, i);
    }
    redis.command("CONFIG RESETSTAT");
    long before = output();

    assertThat(page(first(Listing.of("r"), 1)).entries()).hasSize(1);

    assertThat(redis.command("INFO commandstats"))
        .contains("cmdstat_zrange:calls=" + Layout.PARTITIONS);
    assertThat(output() - before).as("bytes; of all it would be more").isLessThan(200 * 20);
  }

  @Test
  void is_followed_by_another_also_where_all_are_in_one_partition() {
    List<String> together =
        IntStream.range(0, 200)
            .mapToObj(i -> "m" + i)
            .filter(member -> Layout.partition("n-" + member) == 5)
            .sorted()
            .toList();
    together.forEach(member -> rank(member, 1));

    assertThat(members(first(Listing.of("r"), 1))).isEqualTo(together).hasSizeGreaterThan(2);
  }

  private static long output() {
    return redis
        .command("INFO stats")
        .lines()
        .filter(line -> line.startsWith("total_net_output_bytes:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void is_not_given_where_a_part_of_the_view_was_lost() {
    for (int i = 0; i < 64; i++) {
      index("m" + i, "v", i);
    }
    redis.command("DEL " + new Layout(RealRedis.NAMESPACE, "listed", build).ranking(5, "i"));

    for (Listing listing :
        List.of(Listing.of("i", "v"), Listing.of("i", "no such value"), Listing.of("i"))) {
      assertThatThrownBy(() -> page(listing)).isInstanceOf(Unavailable.class);
    }
    assertThat(page(Listing.of("never", "v")).entries()).isEmpty();
  }

  @Test
  void and_documents_are_read_in_one_round_trip() {
    for (int i = 0; i < 64; i++) {
      rank("m" + i, i);
    }
    List<String> streams =
        Stream.concat(
                IntStream.range(0, 64).mapToObj(i -> "n-m" + i), Stream.of("n-nobody", "n-m1"))
            .toList();

    Map<String, View<Long>> found = await(views.living(projection, streams));

    assertThat(found).hasSize(64);
    assertThat(found.get("n-m63")).isEqualTo(new View<>("n-m63", 0, 63L));
    assertThat(await(views.living(projection, List.<String>of()))).isEmpty();
  }

  /** Against a sorted list in memory: values, moves, removals, both directions, ranges, pages. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void is_what_a_sorted_list_has(long seed) {
    Random random = new Random(seed);
    String[] values = {"", "a", "a\0", "ä", "1:a", "😀"};
    Map<String, Change.Index> model = new HashMap<>();
    for (int round = 0; round < 15; round++) {
      Map<String, Change> batch = new HashMap<>();
      for (int i = 0; i < 12; i++) {
        String member = (i % 2 == 0 ? "m" : "é") + random.nextInt(50);
        Change.Index indexed =
            new Change.Index(
                "i", member, values[random.nextInt(values.length)], random.nextLong(-3, 4));
        String stream = Integer.toHexString(member.hashCode());
        if (random.nextInt(4) == 0) {
          batch.put(stream, new Change.Unindex("i", member));
          model.remove(member);
        } else {
          batch.put(stream, indexed);
          model.put(member, indexed);
        }
      }
      make(batch);
      String value = values[random.nextInt(values.length)];
      long from = random.nextLong(-4, 5);
      long to = from + random.nextLong(5);
      int limit = 1 + random.nextInt(5);
      Comparator<Ranked> order =
          Comparator.comparingLong(Ranked::score)
              .reversed()
              .thenComparing(
                  ranked -> ranked.member().getBytes(StandardCharsets.UTF_8),
                  Arrays::compareUnsigned);
      List<Ranked> expected =
          model.values().stream()
              .filter(each -> each.value().equals(value))
              .filter(each -> each.order() >= from && each.order() <= to)
              .map(each -> new Ranked(each.member(), each.order()))
              .sorted(order)
              .toList();
      Listing listing = first(Listing.of("i", value).between(from, to), limit);

      assertThat(all(listing)).isEqualTo(expected);
      assertThat(all(listing.lowestFirst())).isEqualTo(expected.reversed());
    }
  }
}
