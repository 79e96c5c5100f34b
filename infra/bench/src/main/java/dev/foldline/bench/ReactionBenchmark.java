package dev.foldline.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import redis.embedded.RedisServer;

/**
 * A reaction that sends a command for each event, against callers that send the same commands over
 * HTTP: to the same accounts, in the same process of functions, one after the other. The event
 * store and Redis are processes of their own; events are appended, and effects seen, here.
 */
final class ReactionBenchmark implements AutoCloseable {

  private static final Duration WARM_UP = Duration.ofSeconds(30);
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int CALLERS = 64;
  private static final int APPENDS_AT_ONCE = 256;
  private static final int ACCOUNTS = 8_000;
  private static final int EVENTS_AN_ACCOUNT = 20;

  /** How many times as fast as commands alone the effects of a backlog are to be. */
  private static final String ASKED = "0.5";

  /** The accounts stay warm, though the effects that each remembers count as further ones. */
  private static final List<String> SETTINGS =
      List.of(
          "foldline.run=commands,queries,reactions,timers",
          "foldline.commands.cached-streams=100000");

  private final StoreProcess store;
  private final RedisServer redis;
  private final HttpProcess functions;

  private ReactionBenchmark(Path data) throws IOException {
    store = StoreProcess.start(data);
    int redisPort = HttpProcess.freePort();
    redis = RedisServer.builder().port(redisPort).bind("127.0.0.1").setting("save \"\"").build();
    redis.start();
    functions = HttpProcess.functions(store.connectionString(), redisPort, SETTINGS);
  }

  /** What was reached; latencies are empty where there are none. */
  private record Reached(double perSecond, long count, String p50, String p99) {

    static Reached of(Load.Reached load) {
      return new Reached(
          load.perSecond(),
          load.latencies().getTotalCount(),
          "%.2f".formatted(load.millis(50)),
          "%.2f".formatted(load.millis(99)));
    }
  }

  /** Prints the table. The arguments are how many events wait, and how many come a second. */
  public static void main(String[] args) throws Exception {
    Logs.atInfo();
    int backlog = args.length > 0 ? Integer.parseInt(args[0]) : 60_000;
    int pace = args.length > 1 ? Integer.parseInt(args[1]) : 1_000;
    try (TemporaryDirectory directory = new TemporaryDirectory();
        ReactionBenchmark bench = new ReactionBenchmark(directory.resolve("store"))) {
      bench.run(backlog, pace);
    }
  }

  private void run(int backlog, int pace) throws Exception {
    Accounts accounts = Accounts.fill(store.connectionString(), ACCOUNTS, EVENTS_AN_ACCOUNT);
    try (HttpCalls http = new HttpCalls(functions.port())) {
      http.awaitReady("/echo", deposit("any"));
      Supplier<CompletionStage<?>> deposits = () -> http.post("/deposit", deposit(accounts.any()));
      Load.warmUp(CALLERS, WARM_UP, deposits);
      warmUp(backlog, accounts);
      print("", "a second", "p50 ms", "p99 ms", "CPU µs", "store's", "× commands", "asked");
      double alone =
          add("commands over HTTP", () -> Reached.of(Load.measure(CALLERS, deposits)), 0);
      try (DueOrders orders = new DueOrders(store.connectionString())) {
        List<CompletableFuture<Void>> waiting = unpaid(backlog, orders, accounts);
        add("effects, of a backlog", () -> untilPaid(waiting), alone);
        add(
            "effects, at %,d events a second".formatted(pace),
            () -> Reached.of(Load.paced(pace, () -> orders.of(accounts.any()).paid())),
            0);
      }
    }
  }

  private void warmUp(int backlog, Accounts accounts) throws Exception {
    try (DueOrders orders = new DueOrders(store.connectionString())) {
      long begun = System.nanoTime();
      while (System.nanoTime() - begun < WARM_UP.toNanos()) {
        var _ = untilPaid(unpaid(backlog, orders, accounts));
      }
    }
  }

  private static String deposit(String account) {
    return "{\"account\":\"" + account + "\",\"cents\":1}";
  }

  /** Appends orders as fast as can be, and answers those that are not paid when all are there. */
  private static List<CompletableFuture<Void>> unpaid(
      int count, DueOrders orders, Accounts accounts) throws InterruptedException {
    Semaphore open = new Semaphore(APPENDS_AT_ONCE);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      open.acquire();
      DueOrders.Order order = orders.of(accounts.any());
      var _ = order.appended().whenComplete((_, _) -> open.release());
      all.add(order.paid());
    }
    open.acquire(APPENDS_AT_ONCE);
    return all.stream().filter(paid -> !paid.isDone()).toList();
  }

  private static Reached untilPaid(List<CompletableFuture<Void>> unpaid) throws Exception {
    long start = System.nanoTime();
    CompletableFuture.allOf(unpaid.toArray(CompletableFuture[]::new))
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Reached(unpaid.size() / seconds, unpaid.size(), "", "");
  }

  /**
   * Measures a line and prints it.
   *
   * @param alone with what it is compared; 0 if with nothing
   * @return what it reached a second
   */
  private double add(String what, Callable<Reached> load, double alone) throws Exception {
    Duration before = functions.cpu();
    Duration storeBefore = store.cpu();
    Reached reached = load.call();
    boolean compared = alone > 0;
    print(
        what,
        "%,.0f".formatted(reached.perSecond()),
        reached.p50(),
        reached.p99(),
        micros(functions.cpu().minus(before), reached),
        micros(store.cpu().minus(storeBefore), reached),
        compared ? "%.2f".formatted(reached.perSecond() / alone) : "",
        compared ? ASKED : "");
    return reached.perSecond();
  }

  private static String micros(Duration cpu, Reached reached) {
    return "%.0f".formatted(cpu.toNanos() / 1e3 / reached.count());
  }

  private static void print(Object... cells) {
    System.out.printf("%-36s %10s %8s %8s %8s %8s %11s %6s%n", cells);
  }

  @Override
  public void close() throws IOException {
    functions.close();
    redis.stop();
    store.close();
  }
}
