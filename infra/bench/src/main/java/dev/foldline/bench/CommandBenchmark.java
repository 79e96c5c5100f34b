package dev.foldline.bench;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.WriteResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
  private static final Duration SETTLE = Duration.ofSeconds(5);
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
    Logs.atInfo();
    Path directory = Files.createTempDirectory("foldline-bench");
    try (CommandBenchmark bench = new CommandBenchmark(directory.resolve("store"))) {
      Row.head();
      bench.run(functions -> cold(functions, "no snapshots", "", ""), COLD, NO_SNAPSHOTS);
      bench.run(functions -> cold(functions, "snapshots", "1", "5"), COLD);
      bench.run(CommandBenchmark::warm);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private interface Scenario {
    void measure(Functions functions) throws Exception;
  }

  private void run(Scenario scenario, String... settings) throws Exception {
    try (FunctionsProcess process =
            FunctionsProcess.start(store.connectionString(), redisPort, List.of(settings));
        HttpCalls http = new HttpCalls(process.port())) {
      http.awaitReady("/echo", deposit("any-0"));
      scenario.measure(new Functions(this, process, http));
    }
  }

  private static void cold(Functions functions, String how, String askedShort, String askedLong)
      throws Exception {
    Accounts warmUp = functions.accounts(ACCOUNTS, EVENTS);
    Accounts longWarmUp = functions.accounts(LONG_ACCOUNTS, LONG_EVENTS);
    functions.warmUp("/naive-deposit", warmUp);
    functions.warmUp("/deposit", warmUp);
    functions.warmUp("/naive-deposit", longWarmUp);
    functions.warmUp("/deposit", longWarmUp);
    Row naive = functions.naive();
    functions
        .measure(
            "deposit, cold, " + how + ", 20 events",
            "/deposit",
            functions.accounts(ACCOUNTS, EVENTS))
        .print(naive, askedShort);
    Row naiveLong =
        functions.measure(
            "naive, 1,000 events a stream",
            "/naive-deposit",
            functions.accounts(LONG_ACCOUNTS, LONG_EVENTS));
    naiveLong.print();
    Accounts accounts = functions.accounts(LONG_ACCOUNTS, LONG_EVENTS);
    functions.settle("/deposit", accounts);
    functions
        .measure("deposit, cold, " + how + ", 1,000 events", "/deposit", accounts)
        .print(naiveLong, askedLong);
  }

  private static void warm(Functions functions) throws Exception {
    Accounts warmUp = functions.accounts(ACCOUNTS, EVENTS);
    functions.warmUp("/echo", warmUp);
    functions.warmUp("/naive-deposit", warmUp);
    functions.warmUp("/deposit", warmUp);
    functions.measure("echo", "/echo", warmUp).print();
    Row naive = functions.naive();
    functions.measure("deposit, warm, 20 events", "/deposit", warmUp).print(naive, "2.5");
    Row naiveHot =
        functions.measure("naive, one account", "/naive-deposit", functions.accounts(1, EVENTS));
    naiveHot.print();
    functions
        .measure("deposit, one account", "/deposit", functions.accounts(1, EVENTS))
        .print(naiveHot, "20");
    functions.paced("deposit, warm, at 1,000 a second", "/deposit", warmUp).print();
  }

  /** Some accounts with as many events as asked, written for one line of the table. */
  private record Accounts(String prefix, int count) {

    String any() {
      return prefix + ThreadLocalRandom.current().nextInt(count);
    }
  }

  private static String deposit(String account) {
    return "{\"account\":\"" + account + "\",\"cents\":1}";
  }

  /** The functions under load. */
  private record Functions(CommandBenchmark bench, FunctionsProcess process, HttpCalls http) {

    Accounts accounts(int count, int events) throws Exception {
      return bench.fill(count, events);
    }

    private Supplier<CompletionStage<?>> calls(String path, Accounts accounts) {
      return () -> http.post(path, deposit(accounts.any()));
    }

    /** Calls until the compiler has done its work. */
    void warmUp(String path, Accounts accounts) throws InterruptedException {
      Load.warmUp(CALLERS, WARM_UP, calls(path, accounts));
    }

    void settle(String path, Accounts accounts) throws InterruptedException {
      Load.warmUp(CALLERS, SETTLE, calls(path, accounts));
    }

    Row naive() throws Exception {
      Row naive =
          measure("naive, 20 events a stream", "/naive-deposit", accounts(ACCOUNTS, EVENTS));
      naive.print();
      return naive;
    }

    Row measure(String what, String path, Accounts accounts) throws InterruptedException {
      return row(what, () -> Load.measure(CALLERS, calls(path, accounts)));
    }

    Row paced(String what, String path, Accounts accounts) throws InterruptedException {
      return row(what, () -> Load.paced(PACE, calls(path, accounts)));
    }

    private Row row(String what, Measurement measurement) throws InterruptedException {
      Duration functionsBefore = process.cpu();
      Duration storeBefore = bench.store.cpu();
      Load.Reached reached = measurement.run();
      double calls = reached.latencies().getTotalCount();
      return new Row(
          what,
          reached,
          process.cpu().minus(functionsBefore).toNanos() / 1e3 / calls,
          bench.store.cpu().minus(storeBefore).toNanos() / 1e3 / calls);
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
  private Accounts fill(int count, int events) throws Exception {
    Accounts accounts = new Accounts(UUID.randomUUID() + "-", count);
    EventStoreDBClient client =
        EventStoreDBClient.create(
            EventStoreDBConnectionString.parseOrThrow(store.connectionString()));
    Semaphore open = new Semaphore(CALLERS);
    List<CompletableFuture<WriteResult>> appends = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<EventData> history = new ArrayList<>();
      history.add(event("account-opened", "{\"owner\":\"Ada\"}"));
      while (history.size() < events) {
        history.add(event("account-deposited", "{\"cents\":1}"));
      }
      open.acquire();
      appends.add(
          client
              .appendToStream(
                  "account-" + accounts.prefix() + i,
                  AppendToStreamOptions.get(),
                  history.iterator())
              .whenComplete((_, _) -> open.release()));
    }
    CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    client.shutdown().get(10, TimeUnit.SECONDS);
    return accounts;
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
