package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Category;
import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Listing;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Stored;
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
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A document that events of several streams name")
class KeyFoldingTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final RealRedis redis = new RealRedis();

  @Stored("ordered")
  record Ordered(String customer, long cents) {}

  @Stored("paid")
  record Paid(String customer, long cents) {}

  record Customer(long ordered, long paid) {}

  private static final Category<Ordered> ORDERS = Category.of("order", Ordered.class);
  private static final Category<Paid> PAYMENTS = Category.of("payment", Paid.class);

  private static final Projection<Customer> CUSTOMERS =
      Projection.of("customers", 1, Customer.class)
          .on(ORDERS, event -> event.event().customer(), KeyFoldingTest::order)
          .on(PAYMENTS, event -> event.event().customer(), KeyFoldingTest::pay);

  private static Changes<Customer> order(@Nullable Customer before, Recorded<Ordered> event) {
    Customer customer = before == null ? new Customer(0, 0) : before;
    long cents = event.event().cents();
    if (cents == 14) {
      throw new IllegalStateException("14");
    }
    Customer now = new Customer(customer.ordered() + cents, customer.paid());
    return Changes.to(
        now,
        new Change.Add("all", "ordered", cents),
        new Change.Rank("best", event.event().customer(), now.ordered()));
  }

  private static Changes<Customer> pay(@Nullable Customer before, Recorded<Paid> event) {
    Customer customer = before == null ? new Customer(0, 0) : before;
    long cents = event.event().cents();
    return Changes.to(
        new Customer(customer.ordered(), customer.paid() + cents),
        new Change.Add("all", "paid", cents));
  }

  /** Its events are a customer, a blank, and cents; or several of these. */
  private final TestLog log = new TestLog();

  private final Set<String> unreadable = new HashSet<>(Set.of("poison"));
  private final Builds builds = new Builds(redis.models(), CUSTOMERS);
  private final Views views = new Views(redis.models());
  private OnPoison onPoison = OnPoison.HOLD;
  private Projector.Passing passing = Projector.Passing.UNHEARD;
  private String build = "";

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
  void is_made_of_them_whatever_their_category() {
    apply(append("order-1", "ada 5", "bob 7"));
    Applied outcome = apply(append("payment-1", "ada 3"));
    apply(append("order-2", "ada 20"));

    assertThat(outcome).isEqualTo(new Applied(1, 0, 0, Map.of()));
    assertThat(document("ada")).hasValue(new View<>("ada", 3, new Customer(25, 3)));
    assertThat(document("bob")).hasValue(new View<>("bob", 1, new Customer(7, 0)));
    assertThat(document("eve")).isEmpty();
    assertThat(totals()).containsEntry("ordered", BigInteger.valueOf(32));
    assertThat(await(views.page(CUSTOMERS, Listing.of("best"))).entries())
        .containsExactly(new Listing.Ranked("ada", 25), new Listing.Ranked("bob", 7));
    assertThat(await(views.revision(CUSTOMERS, "order-1"))).isOne();
  }

  @Test
  void takes_each_event_once_however_often_it_comes() {
    List<Recorded<String>> events = append("order-1", "ada 1", "ada 2", "ada 4");

    Applied outcome = apply(List.of(events.get(2), events.get(0), events.get(2), events.get(1)));

    assertThat(outcome).isEqualTo(new Applied(3, 1, 0, Map.of()));
    assertThat(apply(events)).isEqualTo(new Applied(0, 3, 0, Map.of()));
    assertThat(apply(events, Order.LOG)).isEqualTo(new Applied(0, 3, 0, Map.of()));
    assertThat(document("ada")).hasValue(new View<>("ada", 3, new Customer(7, 0)));
    assertThat(totals()).containsEntry("ordered", BigInteger.valueOf(7));
  }

  @Test
  void waits_for_what_is_missing_in_a_stream_whosever_that_is() {
    List<Recorded<String>> events = append("order-1", "ada 1", "bob 2", "ada 4");

    Applied outcome = apply(events.subList(2, 3));

    assertThat(outcome).isEqualTo(new Applied(3, 0, 1, Map.of()));
    assertThat(document("bob")).hasValue(new View<>("bob", 1, new Customer(2, 0)));
    assertThat(document("ada")).hasValue(new View<>("ada", 2, new Customer(5, 0)));
  }

  @Test
  void goes_on_behind_what_is_gone() {
    List<Recorded<String>> events = append("order-1", "ada 1", "ada 2", "poison", "ada 8");
    apply(events.subList(0, 1));
    log.streams.clear();
    log.all.removeAll(events.subList(1, 2));

    Applied outcome = apply(events.subList(2, 4));
    unreadable.clear();

    assertThat(outcome.poison(events.get(3)))
        .hasValueSatisfying(poison -> assertThat(poison.revision()).isEqualTo(2));
    assertThat(document("ada")).hasValue(new View<>("ada", 1, new Customer(1, 0)));
  }

  @Test
  void takes_its_part_of_an_event_that_is_several_by_now() {
    List<Recorded<String>> events = append("order-1", "ada 1+bob 2+ada 4", "bob 8");

    assertThat(apply(events).applied()).isEqualTo(2);
    apply(events);

    assertThat(document("ada")).hasValue(new View<>("ada", 1, new Customer(5, 0)));
    assertThat(document("bob")).hasValue(new View<>("bob", 2, new Customer(10, 0)));
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 14})
  void takes_no_part_of_an_event_that_can_be_applied_only_in_part(int unlucky) {
    Applied outcome = apply(append("order-1", "ada 1+bob " + unlucky, "ada 2"));

    assertThat(outcome.poisoned()).containsOnlyKeys("order-1");
    assertThat(document("ada")).isEmpty();
  }

  @Test
  void may_be_called_as_a_stream_and_streams_as_they_like() {
    apply(append("order-1", "order-1 1"));
    apply(append("order-ä b,c@7", "order-1 2"));
    apply(append("order-ä b,c@7", "order-1 4"));
    Recorded<String> tombstone =
        new Recorded<>(
            "link", UUID.randomUUID(), "order-1", Long.MAX_VALUE, 9, Instant.EPOCH, Map.of());
    apply(List.of(tombstone));

    assertThat(await(views.living(CUSTOMERS, "order-1")))
        .hasValue(new View<>("order-1", 3, new Customer(7, 0)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "", "Ada Lovelace", "Ä", "too-long"})
  void can_t_be_called_what_is_no_id(String key) {
    List<Recorded<String>> events = append("order-1", key + "=1", "ada 2");
    List<Recorded<String>> others = append("order-2", "ada 4");

    Applied outcome = apply(Stream.concat(events.stream(), others.stream()).toList());

    assertThat(outcome.applied()).isOne();
    assertThat(outcome.poison(events.getFirst()).orElseThrow().cause())
        .hasMessageStartingWith("the key that the event names for its document of 'customers' is ")
        .hasMessageEndingWith(": it must be 1 to 200 of the characters A-Z a-z 0-9 . _ ~ @ : + -");
    assertThat(document("ada")).hasValue(new View<>("ada", 1, new Customer(4, 0)));
  }

  @Test
  void takes_no_event_of_a_1001st_stream() {
    List<Recorded<String>> events = new ArrayList<>();
    for (int stream = 1; stream <= 1_000; stream++) {
      events.addAll(append("order-" + stream, "ada 1"));
    }
    List<Recorded<String>> oneMore = append("payment-1", "bob 7", "ada 5", "bob 9");
    apply(events.subList(0, 500));
    apply(events.subList(500, 1_000));

    Applied outcome = apply(oneMore);
    apply(append("order-1", "ada 1"));

    assertThat(outcome.applied()).isOne();
    assertThat(outcome.poison(oneMore.get(1)).orElseThrow().cause())
        .hasMessage(
            "the document 'ada' has events of 1000 streams, the most there may be: none of"
                + " payment-1 besides");
    assertThat(outcome.poison(oneMore.get(2))).as("what waits behind it").isPresent();
    assertThat(document("ada")).hasValue(new View<>("ada", 1_001, new Customer(1_001, 0)));
    assertThat(document("bob")).hasValue(new View<>("bob", 1, new Customer(0, 7)));
  }

  @Test
  void goes_on_without_what_can_t_be_applied_where_told_so() {
    onPoison = OnPoison.PASS;
    Applied outcome = apply(append("order-1", "ada 1", "poison", "ada 4"));

    assertThat(outcome.poisoned().get("order-1")).hasSize(1);
    assertThat(document("ada")).hasValue(new View<>("ada", 2, new Customer(5, 0)));
    assertThat(await(views.revision(CUSTOMERS, "order-1"))).isEqualTo(2);
  }

  /** What is passed over is told of between the reading of the documents and their writing. */
  @Test
  void is_done_again_where_another_instance_was_quicker() {
    onPoison = OnPoison.PASS;
    List<Recorded<String>> events = append("order-1", "bob 1", "ada 1", "poison", "ada 4");
    List<Recorded<String>> others = append("payment-1", "ada 8");
    List<Map<String, List<Applied.Poison>>> told = new ArrayList<>();
    passing =
        found -> {
          told.add(found);
          return told.size() > 1
              ? Uni.createFrom().item(true)
              : projector(Projector.Passing.UNHEARD).apply(others).replaceWith(true);
        };

    Applied outcome = apply(events);

    assertThat(told).hasSize(2);
    assertThat(outcome.applied()).isEqualTo(4);
    assertThat(outcome.poisoned().get("order-1")).hasSize(1);
    assertThat(document("ada")).hasValue(new View<>("ada", 3, new Customer(5, 8)));
    assertThat(document("bob")).hasValue(new View<>("bob", 1, new Customer(1, 0)));
    assertThat(totals()).containsEntry("ordered", BigInteger.valueOf(6));
  }

  @Test
  void that_can_t_be_read_keeps_its_events_waiting_and_no_others() {
    redis.command("HSET " + documents("ada") + " " + Layout.document("ada") + " nonsense");

    Applied outcome = apply(append("order-1", "bob 1", "ada 2", "bob 4"));

    assertThat(outcome.applied()).isOne();
    assertThat(outcome.poisoned()).containsOnlyKeys("order-1");
    assertThat(document("bob")).hasValue(new View<>("bob", 1, new Customer(1, 0)));
  }

  @Test
  void has_each_event_once_where_several_instances_apply_them_at_once() {
    List<Recorded<String>> events = new ArrayList<>();
    for (int stream = 0; stream < 40; stream++) {
      events.addAll(append("order-" + stream, "ada 1", "bob 2", "ada 4", "c" + stream + " 8"));
      events.addAll(append("payment-" + stream, "ada 1", "ada 1+bob 2"));
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

    assertThat(applied).isEqualTo(240);
    assertThat(document("ada")).hasValue(new View<>("ada", 160, new Customer(200, 80)));
    assertThat(document("bob")).hasValue(new View<>("bob", 80, new Customer(80, 80)));
    assertThat(totals())
        .containsEntry("ordered", BigInteger.valueOf(40 * 15))
        .containsEntry("paid", BigInteger.valueOf(40 * 4));
  }

  /** The partition of the stream is closed, so that its fence can't be written. */
  @Test
  void has_each_event_once_where_an_instance_dies_before_the_fence() {
    List<Recorded<String>> events = append("order-1", "ada 1", "ada 2");
    assertThat(Layout.partition("order-1")).isNotEqualTo(Layout.partition("ada"));
    redis.command("HSET " + documents("order-1") + "  closed");
    assertThatThrownBy(() -> apply(events)).isInstanceOf(Unavailable.class);
    assertThat(document("ada")).hasValue(new View<>("ada", 2, new Customer(3, 0)));
    redis.command("HSET " + documents("order-1") + "  open");
    assertThat(await(views.revision(CUSTOMERS, "order-1"))).isEqualTo(-1);

    apply(events);

    assertThat(document("ada")).hasValue(new View<>("ada", 2, new Customer(3, 0)));
    assertThat(totals()).containsEntry("ordered", BigInteger.valueOf(3));
    assertThat(await(views.revision(CUSTOMERS, "order-1"))).isOne();
  }

  @Test
  void is_the_same_in_another_build() {
    for (int stream = 0; stream < 20; stream++) {
      append("order-" + stream, "ada 1", "bob 2");
      append("payment-" + stream, "ada 1");
      append("order-" + stream, "ada 4");
    }
    List<Recorded<String>> shuffled = new ArrayList<>(log.all);
    Collections.shuffle(shuffled, new Random(7));
    shuffled.forEach(event -> apply(List.of(event)));
    Optional<View<Customer>> ada = document("ada");
    Optional<View<Customer>> bob = document("bob");
    build = newBuild();

    apply(log.all, Order.LOG);

    assertThat(ada).hasValue(new View<>("ada", 60, new Customer(100, 20)));
    assertThat(document("ada")).isEqualTo(ada);
    assertThat(document("bob")).isEqualTo(bob);
  }

  /** The node of the document failed over, that of the streams did not. */
  @Test
  void that_lost_its_last_writes_has_them_again_once_the_log_is_applied_again() {
    List<Recorded<String>> events = append("order-1", "ada 1", "ada 2", "bob 16", "ada 4");
    List<Recorded<String>> more = append("order-2", "ada 8");
    apply(events.subList(0, 1));
    keep("ada");
    apply(events.subList(1, 4));
    apply(more);
    Optional<View<Customer>> whole = document("ada");
    Map<String, BigInteger> totals = totals();
    restore("ada");
    assertThat(document("ada")).hasValue(new View<>("ada", 1, new Customer(1, 0)));
    apply(log.all);
    assertThat(document("ada")).as("delivered").isNotEqualTo(whole);

    Applied outcome = apply(log.all, Order.LOG);

    assertThat(outcome).isEqualTo(new Applied(3, 2, 0, Map.of()));
    assertThat(document("ada")).isEqualTo(whole);
    assertThat(totals()).isEqualTo(totals);
  }

  /** As where this release can't read what another one has applied. */
  @Test
  void that_can_t_have_them_again_is_told_of_and_its_stream_goes_back() {
    List<Recorded<String>> events = append("order-1", "ada 1", "ada 2", "ada 4", "ada 8");
    apply(events.subList(0, 1));
    keep("ada");
    apply(events);
    Optional<View<Customer>> whole = document("ada");
    restore("ada");
    unreadable.add("ada 4");

    Applied outcome = apply(events.subList(1, 4), Order.LOG);

    assertThat(outcome.poison(events.get(2))).isPresent();
    assertThat(await(projector().applied(List.of("order-1"))))
        .containsEntry("order-1", new Fence(1, 1));
    assertThat(document("ada")).hasValue(new View<>("ada", 2, new Customer(3, 0)));
    unreadable.clear();
    assertThat(apply(events.subList(2, 4)).applied()).isEqualTo(2);
    assertThat(document("ada")).isEqualTo(whole);
  }

  @Test
  void has_an_event_when_whoever_waits_for_that_is_woken() {
    CompletableFuture<Boolean> waits =
        views.await(CUSTOMERS, "payment-1", 1, LIMIT).subscribeAsCompletionStage();
    append("payment-1", "ada 1");

    apply(append("payment-1", "ada 2"));

    assertThat(waits).succeedsWithin(LIMIT).isEqualTo(true);
    assertThat(document("ada")).hasValue(new View<>("ada", 2, new Customer(0, 3)));
  }

  private List<String> keys(String key) {
    return new Layout(RealRedis.NAMESPACE, "customers", build)
        .keys(Layout.partition(key), List.of("all", "best"));
  }

  private void keep(String key) {
    keys(key).forEach(each -> redis.command("COPY " + each + " kept:" + each));
  }

  private void restore(String key) {
    keys(key).forEach(each -> redis.command("COPY kept:" + each + " " + each + " REPLACE"));
  }

  private String documents(String key) {
    return new Layout(RealRedis.NAMESPACE, "customers", build).documents(Layout.partition(key));
  }

  private String newBuild() {
    String fresh = await(builds.begin()).build();
    await(builds.activate(fresh));
    return fresh;
  }

  private List<Recorded<String>> append(String stream, String... events) {
    return log.append(stream, events);
  }

  private Projector<String, Customer> projector() {
    return projector(passing);
  }

  private Projector<String, Customer> projector(Projector.Passing passing) {
    return new Projector<>(
        redis.models(), CUSTOMERS, build, onPoison, passing, this::decode, log.history);
  }

  private List<Recorded<?>> decode(Recorded<String> stored) {
    if (unreadable.contains(stored.event())) {
      throw new IllegalStateException(stored.event());
    }
    return Arrays.stream(stored.event().split("\\+"))
        .<Recorded<?>>map(event -> stored.map(_ -> event(stored.stream(), event)))
        .toList();
  }

  private static Object event(String stream, String text) {
    String[] parts = text.split(text.contains("=") ? "=" : " ", 2);
    String customer =
        switch (parts[0]) {
          case "-" -> (new String[1])[0];
          case "too-long" -> "a".repeat(201);
          default -> parts[0];
        };
    long cents = Long.parseLong(parts[1]);
    if (cents == 13) { // which no step takes, as none takes 14
      return "no event";
    }
    return stream.startsWith("order-") ? new Ordered(customer, cents) : new Paid(customer, cents);
  }

  private Applied apply(List<Recorded<String>> events) {
    return apply(events, Order.DELIVERED);
  }

  private Applied apply(List<Recorded<String>> events, Order order) {
    return await(projector().apply(events, order));
  }

  private Optional<View<Customer>> document(String key) {
    return await(views.document(CUSTOMERS, key));
  }

  private Map<String, BigInteger> totals() {
    return await(views.totals(CUSTOMERS, "all"));
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }
}
