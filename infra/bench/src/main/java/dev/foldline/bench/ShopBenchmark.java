package dev.foldline.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import redis.embedded.RedisServer;

/**
 * Orders from the call that places them to the event that says that their payment is captured: they
 * are shipped as soon as they are ready. The event store, Redis, the payment provider and the shop
 * are processes of their own; calls are made, and events seen, here.
 */
final class ShopBenchmark implements AutoCloseable {

  private static final Duration WARM_UP = Duration.ofSeconds(90);
  private static final Duration SETTLED = Duration.ofSeconds(15);
  private static final int CALLERS = 128;
  private static final int ITEMS = 4_000;
  private static final int CUSTOMERS = 2_000;
  private static final int ORDERS_A_SECOND = 40;
  private static final int PROVIDERS_MILLIS = 50;

  private final StoreProcess store;
  private final RedisServer redis;
  private final HttpProcess provider;
  private final HttpProcess shop;

  private ShopBenchmark(TemporaryDirectory directory) throws IOException {
    store = StoreProcess.start(directory.resolve("store"));
    int redisPort = HttpProcess.freePort();
    redis = RedisServer.builder().port(redisPort).bind("127.0.0.1").setting("save \"\"").build();
    redis.start();
    Path ledger = directory.resolve("ledger");
    provider = HttpProcess.application("functions/provider", List.of("provider.ledger=" + ledger));
    shop =
        HttpProcess.functions(
            "functions/shop",
            store.connectionString(),
            redisPort,
            List.of(
                "quarkus.mailer.mock=true",
                "shop.provider.url=http://127.0.0.1:" + provider.port()));
  }

  /** Prints the table. */
  public static void main(String[] args) throws Exception {
    Logs.atInfo();
    try (TemporaryDirectory directory = new TemporaryDirectory();
        ShopBenchmark bench = new ShopBenchmark(directory)) {
      bench.orders();
    }
  }

  private void orders() throws Exception {
    try (HttpCalls http = new HttpCalls(shop.port());
        Awaited ready = Awaited.ends(store.connectionString(), "order", Set.of("order-ready"));
        Awaited captured =
            Awaited.ends(store.connectionString(), "fulfilment", Set.of("payment-captured"))) {
      http.awaitReady("/add-item", "{\"item\":\"first\",\"name\":\"Item\"}");
      stock(http);
      System.out.printf("%-44s %10s %8s %8s%n", "", "a second", "p50 ms", "p99 ms");
      Load.warmUp(CALLERS, WARM_UP, () -> order(http, ready, captured));
      measure("provider at once", http, ready, captured);
      slowDown();
      measure("provider at %d ms".formatted(PROVIDERS_MILLIS), http, ready, captured);
    }
  }

  private static void stock(HttpCalls http) throws InterruptedException {
    Semaphore open = new Semaphore(CALLERS);
    for (int i = 0; i < ITEMS; i++) {
      String item = "item-" + i;
      open.acquire();
      var _ = add(http, item).whenComplete((_, _) -> open.release());
    }
    open.acquire(CALLERS);
  }

  private static CompletionStage<?> add(HttpCalls http, String item) {
    return http.post("/add-item", "{\"item\":\"%s\",\"name\":\"Item\"}".formatted(item))
        .thenCompose(
            _ ->
                http.post(
                    "/receive-stock", "{\"item\":\"%s\",\"quantity\":1000000}".formatted(item)));
  }

  private void slowDown() throws Exception {
    String behaviour =
        "{\"kind\":\"SLOW\",\"times\":%d,\"millis\":%d}"
            .formatted(Integer.MAX_VALUE, PROVIDERS_MILLIS);
    try (HttpCalls http = new HttpCalls(provider.port())) {
      http.post("/behaviour", behaviour)
          .toCompletableFuture()
          .get(SETTLED.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static void measure(String how, HttpCalls http, Awaited ready, Awaited captured)
      throws InterruptedException {
    print("orders, " + how, Load.measure(CALLERS, SETTLED, () -> order(http, ready, captured)));
    print(
        "orders, %s, %d a second".formatted(how, ORDERS_A_SECOND),
        Load.paced(ORDERS_A_SECOND, SETTLED, () -> order(http, ready, captured)));
  }

  private static CompletionStage<?> order(HttpCalls http, Awaited ready, Awaited captured) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String id = UUID.randomUUID().toString();
    CompletableFuture<Void> isReady = ready.of("order-" + id);
    CompletableFuture<Void> isCaptured = captured.of("fulfilment-" + id);
    int item = random.nextInt(ITEMS);
    return http.post(
            "/place-order",
            """
            {"order":"%s","customer":"customer-%d","currency":"EUR","items":[
              {"item":"item-%d","quantity":1,"cents":1000},
              {"item":"item-%d","quantity":2,"cents":500}]}
            """
                .formatted(id, random.nextInt(CUSTOMERS), item, (item + 1) % ITEMS))
        .thenCompose(_ -> isReady)
        .thenCompose(_ -> http.post("/ship-order", "{\"order\":\"%s\"}".formatted(id)))
        .thenCompose(_ -> isCaptured);
  }

  private static void print(String what, Load.Reached reached) {
    System.out.printf(
        "%-44s %,10.1f %8.0f %8.0f%n",
        what, reached.perSecond(), reached.millis(50), reached.millis(99));
  }

  @Override
  public void close() throws IOException {
    shop.close();
    provider.close();
    redis.stop();
    store.close();
  }
}
