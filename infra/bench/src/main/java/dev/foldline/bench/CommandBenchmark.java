package dev.foldline.bench;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import redis.embedded.RedisServer;

/**
 * Commands over HTTP: the functions, the event store and Redis each in a process of its own, all on
 * this machine, the callers here.
 *
 * <p>{@code deposit} is compared with {@code naive-deposit}, what one would write by hand. What of
 * Foldline keeps state between commands is on or off as each line says.
 */
final class CommandBenchmark implements AutoCloseable {

  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final Duration SETTLE = Duration.ofSeconds(2);
  private static final int CALLERS = 64;
  private static final int ACCOUNTS = 10_000;
  private static final int EVENTS = 20;
  private static final int LONG_ACCOUNTS = 200;
  private static final int LONG_EVENTS = 1_000;
  private static final int PACE = 1_000;
  private static final String COLD = "foldline.commands.cached-streams=0";
  private static final String NO_SNAPSHOTS = "foldline.snapshots.every=0";

  private final StoreProcess store;
  private final int redisPort = FunctionsProcess.freePort();
  private final RedisServer redis;

  private CommandBenchmark(Path data) throws IOException {
    store = StoreProcess.start(data);
    redis = RedisServer.builder().port(redisPort).bind("127.0.0.1").setting("save \"\"").build();
    redis.start();
  }

  /** Prints the table. */
  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory("foldline-bench");
    try (CommandBenchmark bench = new CommandBenchmark(directory.resolve("store"))) {
      bench.fill("short", ACCOUNTS, EVENTS);
      bench.fill("long", LONG_ACCOUNTS, LONG_EVENTS);
      bench.fill("hot", 2, EVENTS);
      Row.head();
      bench.run(CommandBenchmark::cold, COLD, NO_SNAPSHOTS);
      bench.run(CommandBenchmark::coldWithSnapshots, COLD);
      bench.run(CommandBenchmark::warm);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private interface Scenario {
    void measure(Functions functions) throws InterruptedException;
  }

  private void run(Scenario scenario, String... settings) throws Exception {
    try (FunctionsProcess process =
            FunctionsProcess.start(store.connectionString(), redisPort, List.of(settings));
        HttpCalls http = new HttpCalls(process.port())) {
      http.awaitReady("/echo", deposit("any-0"));
      scenario.measure(new Functions(process, store, http));
    }
  }

  private static void cold(Functions functions) throws InterruptedException {
    warmUpCold(functions);
    Row naive = functions.measure("naive, 20 events a stream", () -> functions.naive(anyShort()));
    naive.print();
    functions
        .measure("deposit, cold, no snapshots, 20 events", () -> functions.deposit(anyShort()))
        .print(naive, "");
    Row naiveLong =
        functions.measure("naive, 1,000 events a stream", () -> functions.naive(anyLong()));
    naiveLong.print();
    functions
        .measure("deposit, cold, no snapshots, 1,000 events", () -> functions.deposit(anyLong()))
        .print(naiveLong, "");
  }

  private static void warmUpCold(Functions functions) throws InterruptedException {
    functions.warmUp(
        () -> functions.naive(anyShort()),
        () -> functions.deposit(anyShort()),
        () -> functions.naive(anyLong()),
        () -> functions.deposit(anyLong()));
  }

  private static void coldWithSnapshots(Functions functions) throws InterruptedException {
    warmUpCold(functions);
    Row naive = functions.measure("naive, 20 events a stream", () -> functions.naive(anyShort()));
    naive.print();
    functions
        .measure("deposit, cold, snapshots, 20 events", () -> functions.deposit(anyShort()))
        .print(naive, "1");
    Row naiveLong =
        functions.measure("naive, 1,000 events a stream", () -> functions.naive(anyLong()));
    naiveLong.print();
    functions
        .measure("deposit, cold, snapshots, 1,000 events", () -> functions.deposit(anyLong()))
        .print(naiveLong, "5");
  }

  private static void warm(Functions functions) throws InterruptedException {
    functions.warmUp(
        () -> functions.echo(anyShort()),
        () -> functions.naive(anyShort()),
        () -> functions.deposit(anyShort()));
    functions.measure("echo", () -> functions.echo(anyShort())).print();
    Row naive = functions.measure("naive, 20 events a stream", () -> functions.naive(anyShort()));
    naive.print();
    functions
        .measure("deposit, warm, 20 events", () -> functions.deposit(anyShort()))
        .print(naive, "2.5");
    Row naiveHot = functions.measure("naive, one account", () -> functions.naive("hot-0"));
    naiveHot.print();
    functions
        .measure("deposit, one account", () -> functions.deposit("hot-1"))
        .print(naiveHot, "20");
    functions
        .paced("deposit, warm, at 1,000 a second", () -> functions.deposit(anyShort()))
        .print();
  }

  private static String anyShort() {
    return "short-" + ThreadLocalRandom.current().nextInt(ACCOUNTS);
  }

  private static String anyLong() {
    return "long-" + ThreadLocalRandom.current().nextInt(LONG_ACCOUNTS);
  }

  private static String deposit(String account) {
    return "{\"account\":\"" + account + "\",\"cents\":1}";
  }

  /** The functions under load. */
  private record Functions(FunctionsProcess process, StoreProcess store, HttpCalls http) {

    CompletionStage<?> echo(String account) {
      return http.post("/echo", CommandBenchmark.deposit(account));
    }

    CompletionStage<?> naive(String account) {
      return http.post("/naive-deposit", CommandBenchmark.deposit(account));
    }

    CompletionStage<?> deposit(String account) {
      return http.post("/deposit", CommandBenchmark.deposit(account));
    }

    /** Calls each until the compiler has done its work. */
    @SafeVarargs
    final void warmUp(Supplier<CompletionStage<?>>... calls) throws InterruptedException {
      for (Supplier<CompletionStage<?>> call : calls) {
        Load.warmUp(CALLERS, WARM_UP, call);
      }
    }

    Row measure(String what, Supplier<CompletionStage<?>> call) throws InterruptedException {
      Load.warmUp(CALLERS, SETTLE, call);
      return row(what, () -> Load.measure(CALLERS, call));
    }

    Row paced(String what, Supplier<CompletionStage<?>> call) throws InterruptedException {
      return row(what, () -> Load.paced(PACE, call));
    }

    private Row row(String what, Measurement measurement) throws InterruptedException {
      Duration functionsBefore = process.cpu();
      Duration storeBefore = store.cpu();
      Load.Reached reached = measurement.run();
      double calls = reached.latencies().getTotalCount();
      return new Row(
          what,
          reached,
          process.cpu().minus(functionsBefore).toNanos() / 1e3 / calls,
          store.cpu().minus(storeBefore).toNanos() / 1e3 / calls);
    }
  }

  private interface Measurement {
    Load.Reached run() throws InterruptedException;
  }

  /** A line of the table. */
  private record Row(String what, Load.Reached reached, double functions, double store) {

    static void head() {
      line("", "a second", "p50 ms", "p99 ms", "CPU µs", "store's", "× naive", "asked");
    }

    void print() {
      print("", "");
    }

    void print(Row naive, String asked) {
      print("%.2f".formatted(reached.perSecond() / naive.reached.perSecond()), asked);
    }

    private void print(String ratio, String asked) {
      line(
          what,
          "%,.0f".formatted(reached.perSecond()),
          "%.2f".formatted(reached.millis(50)),
          "%.2f".formatted(reached.millis(99)),
          "%.0f".formatted(functions),
          "%.0f".formatted(store),
          ratio,
          asked);
    }

    private static void line(Object... cells) {
      System.out.printf("%-44s %10s %8s %8s %8s %8s %8s %6s%n", cells);
    }
  }

  /** Accounts that have been opened and had deposits, as many events as asked. */
  private void fill(String name, int accounts, int events) throws Exception {
    EventStoreDBClient client =
        EventStoreDBClient.create(
            EventStoreDBConnectionString.parseOrThrow(store.connectionString()));
    Semaphore open = new Semaphore(CALLERS);
    for (int i = 0; i < accounts; i++) {
      List<EventData> history = new ArrayList<>();
      history.add(event("account-opened", "{\"owner\":\"Ada\"}"));
      while (history.size() < events) {
        history.add(event("account-deposited", "{\"cents\":1}"));
      }
      open.acquire();
      var _ =
          client
              .appendToStream(
                  "account-" + name + "-" + i, AppendToStreamOptions.get(), history.iterator())
              .thenRun(open::release);
    }
    if (!open.tryAcquire(CALLERS, 60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("not all accounts could be written");
    }
    client.shutdown().get(10, TimeUnit.SECONDS);
  }

  private static EventData event(String type, String json) {
    return EventData.builderAsJson(UUID.randomUUID(), type, json.getBytes(StandardCharsets.UTF_8))
        .build();
  }

  @Override
  public void close() throws IOException {
    redis.stop();
    store.close();
  }
}
