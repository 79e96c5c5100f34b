package dev.foldline.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Progress.State;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.subscriptions.Scan;
import dev.foldline.shop.billing.Invoice;
import dev.foldline.shop.billing.InvoiceEvent;
import dev.foldline.shop.fraud.ScreeningEvent;
import dev.foldline.shop.fulfilment.Fulfilment;
import dev.foldline.shop.fulfilment.FulfilmentEvent;
import dev.foldline.shop.inventory.Item;
import dev.foldline.shop.inventory.ItemEvent;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.warehouse.Reservation;
import dev.foldline.shop.warehouse.ReservationEvent;
import dev.foldline.testing.ApplicationProcess;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.Hang;
import dev.foldline.testing.RedisProcess;
import dev.foldline.testing.simulation.Simulation;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Orders of some customers over some items, some cancelled, while one of two instances is killed or
 * paused, the provider is killed, declines, is slow, hangs, fails after it has acted, and loses its
 * answers, and callers say things twice. Deadlines are of 5 s, and the provider's time-out is of
 * half a second, so that both happen. In the end the log, the provider's ledger, the mails and the
 * rankings say the same.
 *
 * <p>{@code -Dday.orders=2000 -Dday.seed=7} for the long form.
 */
@DisplayName("A day in the life of the shop")
class DayInTheLifeIT {

  private static final Logger LOG = Logger.getLogger(DayInTheLifeIT.class);
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration A_MOMENT = Duration.ofMillis(700);
  private static final int AT_ONCE = 10;
  private static final int PAGE = 1_000;
  private static final String READY = "q/health/ready";
  private static final String EVERYTHING =
      "^(order|item|reservation|screening|invoice|fulfilment)-";
  private static final EventCodec CODEC =
      new EventCodec(
          List.of(
              OrderEvent.ORDERS,
              ItemEvent.ITEMS,
              ReservationEvent.RESERVATIONS,
              ScreeningEvent.SCREENINGS,
              InvoiceEvent.INVOICES,
              FulfilmentEvent.FULFILMENTS));

  private final long seed = Long.getLong("day.seed", 20_261_201);
  private final int orders = Integer.getInteger("day.orders", 80);
  private final int items = Math.min(40, orders / 4);
  private final int customers = Math.min(50, orders / 4);
  private final Random random = new Random(seed);

  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  private final List<ApplicationProcess> shops = new ArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Map<String, Long> received = new HashMap<>();
  private final Map<String, Long> removed = new HashMap<>();
  private RedisProcess redis;
  private EventStoreServer store;
  private MailServer mail;
  private ApplicationProcess provider;
  private final List<Interruption> interruptions = new ArrayList<>();

  @BeforeEach
  void open(@TempDir Path data) {
    redis = opened(new RedisProcess("--appendonly", "yes", "--dir", data.toString()));
    store = opened(EventStoreServer.startProcess(data.resolve("store")));
    mail = opened(new MailServer());
    provider = opened(ProviderProcess.launch());
    shops.add(shop());
    shops.add(shop());
    shops.forEach(each -> each.awaitReady(READY));
  }

  private <T extends AutoCloseable> T opened(T neighbour) {
    opened.add(neighbour);
    return neighbour;
  }

  private ApplicationProcess shop() {
    return new ApplicationProcess(
        Path.of("target", "quarkus-app"),
        List.of("-Xmx256m"),
        Map.of(
            "foldline.eventstoredb.connection-string", store.connectionString(),
            "foldline.eventstoredb.timeout", "2s",
            "quarkus.redis.hosts", redis.url(),
            "foldline.idempotency.keys", "test:MDEyMzQ1Njc4OWFiY2RlZg==",
            "foldline.callers", "anyone",
            "quarkus.mailer.host", "127.0.0.1",
            "quarkus.mailer.port", Integer.toString(mail.port()),
            "shop.provider.url", provider.url().toString(),
            "shop.provider.timeout", "500ms",
            "shop.authorise-within", "5s"),
        Map.of());
  }

  @AfterEach
  void close() {
    shops.forEach(ApplicationProcess::close);
    callers.close();
    opened.reversed().forEach(DayInTheLifeIT::close);
  }

  private static void close(AutoCloseable each) {
    try {
      each.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void ends_with_the_money_and_the_goods_where_they_belong() {
    Simulation.withSeeds(LongStream.of(seed), _ -> run());
  }

  private void run() {
    for (int item = 0; item < items; item++) {
      stock("item-" + item, random.nextInt(8, 20));
    }
    for (int order = 0; order < orders; order += AT_ONCE) {
      int first = order;
      place(first);
      disturb(order / AT_ONCE);
      for (int each = first; each < Math.min(orders, first + AT_ONCE); each++) {
        decide(each);
      }
    }
    behave("WELL", 0);
    restartDead();
    awaitEnd();
    judge();
  }

  private ApplicationProcess any() {
    return shops.get(random.nextInt(shops.size()));
  }

  /** Until it is answered: a caller who is told nothing says it again. */
  private void say(String function, String body) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end) {
      try (HttpCalls http = new HttpCalls(any().url())) {
        int status = http.post(function, body).status();
        if (status != 409 && status < 500) {
          return;
        }
      } catch (UncheckedIOException _) {
        LockSupport.parkNanos(A_MOMENT.toNanos() / 10); // it was killed
      }
    }
    throw new AssertionError("nobody answers " + function);
  }

  private void stock(String item, long quantity) {
    say("add-item", "{\"item\":\"%s\",\"name\":\"Große Sache\"}".formatted(item));
    say("receive-stock", "{\"item\":\"%s\",\"quantity\":%d}".formatted(item, quantity));
    say("remove-stock", "{\"item\":\"%s\",\"quantity\":1}".formatted(item));
    received.put(item, quantity);
    removed.put(item, 1L);
  }

  private void place(int first) {
    for (int order = first; order < Math.min(orders, first + AT_ONCE); order++) {
      String body =
          """
          {"order":"o-%d","customer":"c-%d","currency":"%s","items":[%s]}
          """
              .formatted(
                  order,
                  random.nextInt(customers),
                  random.nextInt(4) == 0 ? "CHF" : "EUR",
                  lines());
      boolean twice = random.nextInt(3) == 0;
      callers.execute(
          () -> {
            say("place-order", body);
            if (twice) {
              say("place-order", body);
            }
          });
    }
  }

  private String lines() {
    Set<String> lines = new HashSet<>();
    int first = random.nextInt(items);
    for (int i = 0; i <= random.nextInt(3); i++) {
      lines.add(
          "{\"item\":\"item-%d\",\"quantity\":%d,\"cents\":%d}"
              .formatted(
                  (first + i) % items,
                  random.nextInt(1, 3),
                  random.nextInt(20) == 0 ? 2_000_000 : random.nextInt(1, 5_000)));
    }
    return String.join(",", lines);
  }

  /** Some are cancelled, some asked for too early; what is ready at the end is shipped then. */
  private void decide(int order) {
    String body = "{\"order\":\"o-%d\"}".formatted(order);
    switch (random.nextInt(4)) {
      case 0 -> callers.execute(() -> say("cancel-order", body));
      case 1, 2 -> callers.execute(() -> say("ship-order", body));
      default -> {}
    }
  }

  private void disturb(int step) {
    switch (step % 8) {
      case 0 -> behave("DECLINE", 2);
      case 1 -> behave("HANG", 3);
      case 2 -> interrupt(any()::restart);
      case 3 -> behave("FAIL", 5);
      case 4 -> behave("LOSE", 5);
      case 5 -> {
        provider.restart();
        provider.awaitReady(ProviderProcess.READY);
      }
      case 6 -> behave("SLOW", 5);
      default -> {
        Process paused = any().process();
        interrupt(() -> Hang.during(paused, () -> LockSupport.parkNanos(A_MOMENT.toNanos() * 4)));
      }
    }
    LockSupport.parkNanos(A_MOMENT.toNanos());
  }

  private void interrupt(Runnable how) {
    Instant from = Instant.now();
    how.run();
    interruptions.add(new Interruption(from, Instant.now()));
  }

  private void behave(String kind, int times) {
    try (HttpCalls http = new HttpCalls(provider.url())) {
      http.post(
          "behaviour", "{\"kind\":\"%s\",\"times\":%d,\"millis\":900}".formatted(kind, times));
    }
  }

  private void restartDead() {
    shops.stream().filter(shop -> !shop.process().isAlive()).forEach(ApplicationProcess::restart);
    shops.forEach(each -> each.awaitReady(READY));
  }

  /** What is ready is shipped. */
  private void awaitEnd() {
    await("the end of each order")
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptionsMatching(Unavailable.class::isInstance)
        .until(this::underWay, List::isEmpty);
  }

  private List<String> underWay() {
    Log log = readLog();
    List<String> underWay = new ArrayList<>();
    for (int i = 0; i < orders; i++) {
      String id = "o-" + i;
      if (log.state(Order.DECIDER, id) instanceof Order.Open open
          && open.stage() == Order.Stage.READY) {
        say("ship-order", "{\"order\":\"%s\"}".formatted(id));
      }
      if (!log.state(Fulfilment.DECIDER, id).state().isOver()
          || !log.state(Reservation.DECIDER, id).state().isOver()) {
        underWay.add(id);
      }
    }
    return underWay;
  }

  /** All that was ever said, by stream. */
  private record Log(Map<String, List<Recorded<Object>>> streams) {

    <S, E> S state(Decider<?, S, E> decider, String id) {
      return decider.fold(decider.initial(), events(decider.category(), id));
    }

    @SuppressWarnings("unchecked") // they are of its category
    <E> List<E> events(Category<E> category, String id) {
      return (List<E>) recorded(category, id).stream().map(Recorded::event).toList();
    }

    List<Recorded<Object>> recorded(Category<?> category, String id) {
      return streams.getOrDefault(category.stream(id), List.of());
    }
  }

  private Log readLog() {
    Map<String, List<Recorded<Object>>> streams = new HashMap<>();
    try (EventStore reader = new EventStore(store.connectionString(), Duration.ofSeconds(10));
        Scan scan = new Scan(reader, EVERYTHING, -1)) {
      while (!scan.ended()) {
        for (Recorded<StoredEvent> stored : scan.next(PAGE)) {
          if (CODEC.knows(stored.event().type())) {
            streams
                .computeIfAbsent(stored.stream(), _ -> new ArrayList<>())
                .add(stored.map(event -> CODEC.decode(event).getFirst()));
          }
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new Log(streams);
  }

  private void judge() {
    Log log = readLog();
    Map<String, JsonNode> charges = charges();
    Map<String, Long> taken = new HashMap<>();
    Map<String, Long> revenue = new TreeMap<>();
    Map<String, Integer> ends = new TreeMap<>();
    for (int i = 0; i < orders; i++) {
      String id = "o-" + i;
      Order order = log.state(Order.DECIDER, id);
      boolean isShipped = order instanceof Order.Sent;
      Fulfilment fulfilment = log.state(Fulfilment.DECIDER, id);
      assertThat(fulfilment.state()).as(id).isEqualTo(isShipped ? State.DONE : State.FAILED);
      ends.merge(fulfilment.code().orElse("shipped"), 1, Integer::sum);
      assertThat(log.state(Invoice.DECIDER, id).status())
          .as(id)
          .isEqualTo(isShipped ? Invoice.Status.OPEN : Invoice.Status.CANCELLED);
      judgeCharge(id, isShipped ? order.placed().cents() : 0, charges.get(id));
      if (isShipped) {
        order
            .placed()
            .lines()
            .forEach(line -> taken.merge(line.item(), line.quantity(), Long::sum));
        addRevenue(log, id, order.placed().currency(), revenue);
      }
    }
    judgeStock(log, taken);
    judgeMails(2 * orders); // that it was placed, and how it ended
    judgeRevenue(revenue);
    LOG.infof("%d orders, seed %d: %s", orders, seed, ends);
    assertThat(ends).containsKeys("shipped", "cancelled", "out-of-stock");
  }

  /** Nothing is held ready, and what was taken and not given back is what was shipped. */
  private static void judgeCharge(String order, long cents, @Nullable JsonNode charge) {
    long captured = charge == null ? 0 : charge.path("captured").asLong();
    long refunded = charge == null ? 0 : charge.path("refunded").asLong();
    assertThat(captured - refunded).as("%s: %s", order, charge).isEqualTo(cents);
    assertThat(charge == null ? 0 : charge.path("open").asLong())
        .as("%s: %s", order, charge)
        .isZero();
  }

  private Map<String, JsonNode> charges() {
    Map<String, JsonNode> charges = new HashMap<>();
    try (HttpCalls http = new HttpCalls(provider.url())) {
      for (JsonNode charge : http.get("charges").body()) {
        assertThat(charges.put(charge.path("order").asText(), charge)).as("%s", charge).isNull();
      }
    }
    return charges;
  }

  private static void addRevenue(
      Log log, String order, String currency, Map<String, Long> revenue) {
    for (Recorded<Object> each : log.recorded(FulfilmentEvent.FULFILMENTS, order)) {
      if (each.event() instanceof FulfilmentEvent.Captured captured) {
        String day = each.time().atZone(ZoneOffset.UTC).toLocalDate().toString();
        revenue.merge(currency + " " + day, captured.cents(), Long::sum);
      }
    }
  }

  private void judgeStock(Log log, Map<String, Long> taken) {
    for (int i = 0; i < items; i++) {
      String id = "item-" + i;
      Item item = log.state(Item.DECIDER, id);
      assertThat(item.reserved()).as(id).isEmpty();
      assertThat(item.stock())
          .as(id)
          .isEqualTo(
              received.getOrDefault(id, 0L)
                  - removed.getOrDefault(id, 0L)
                  - taken.getOrDefault(id, 0L));
    }
  }

  /** A mail that is sent twice has one id, and an answer was lost, or an instance disturbed. */
  private void judgeMails(int expected) {
    await("each mail").atMost(LIMIT).until(() -> byId().size() == expected);
    assertThat(byId()).doesNotContainKey("");
    byId()
        .forEach(
            (id, taken) ->
                assertThat(taken.size() - 1L)
                    .as("%s: %s", id, taken)
                    .isLessThanOrEqualTo(
                        taken.stream().filter(each -> !each.isAnswered()).count()
                            + interruptions.stream().filter(each -> each.meets(taken)).count()));
  }

  private Map<String, List<MailServer.Taken>> byId() {
    return mail.taken().stream().collect(Collectors.groupingBy(MailServer.Taken::messageId));
  }

  /**
   * An instance was killed, or paused for a while: what it had in hand by then is delivered to the
   * other one, too.
   */
  private record Interruption(Instant from, Instant until) {

    private static final Duration IN_HAND = Duration.ofSeconds(10);

    boolean meets(List<MailServer.Taken> mails) {
      return !from.isAfter(mails.getLast().at())
          && !until.plus(IN_HAND).isBefore(mails.getFirst().at());
    }
  }

  private void judgeRevenue(Map<String, Long> expected) {
    for (ApplicationProcess shop : shops) {
      try (HttpCalls http = new HttpCalls(shop.url())) {
        await("the rankings")
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  Map<String, Long> shown = new TreeMap<>();
                  for (String currency : List.of("EUR", "CHF")) {
                    for (JsonNode day :
                        http.get("revenue?currency=" + currency).body().path("entries")) {
                      shown.put(
                          currency + " " + day.path("day").asText(), day.path("cents").asLong());
                    }
                  }
                  shown.values().removeIf(cents -> cents == 0);
                  assertThat(shown).isEqualTo(expected);
                });
      }
    }
  }
}
