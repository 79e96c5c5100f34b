package dev.foldline.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import redis.embedded.RedisServer;

/**
 * Transfers from the call that begins them to the event that ends them, beside commands, of which
 * each is five and, a minute later, one more; reminders that are due at once, and what those cost
 * that are pending. The event store, Redis and the functions are processes of their own; calls are
 * made, and events seen, here.
 */
final class ProcessBenchmark implements AutoCloseable {

  private static final Duration WARM_UP = Duration.ofMinutes(1);

  /** After which the deadlines of the first transfers have come, and cost what they cost. */
  private static final Duration STEADY = Duration.ofSeconds(75);

  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int CALLERS = 256;
  private static final int APPENDS_AT_ONCE = 256;
  private static final int ACCOUNTS = 8_000;
  private static final int EVENTS_AN_ACCOUNT = 20;
  private static final int TRANSFERS_A_SECOND = 200;

  /** Two of its accounts, and three of its own: that it is asked for, and of two answers. */
  private static final int COMMANDS_A_TRANSFER = 5;

  /** Time enough for all of them to be set. */
  private static final Duration UNTIL_DUE = Duration.ofSeconds(20);

  /** All that the bank does: its projections and its channel, too. */
  private static final List<String> SETTINGS =
      List.of(
          "foldline.run=commands,queries,projections,reactions,timers,builds",
          "mp.messaging.incoming.closed-accounts.enabled=true");

  private static final String DUE = "foldline:1:bench:{timers:alarm-next}:due";

  private final StoreProcess store;
  private final RedisServer redis;
  private final RedisFigures figures;
  private final HttpProcess functions;

  private ProcessBenchmark(Path data) throws IOException {
    store = StoreProcess.start(data);
    int redisPort = HttpProcess.freePort();
    redis = RedisServer.builder().port(redisPort).bind("127.0.0.1").setting("save \"\"").build();
    redis.start();
    figures = new RedisFigures(redisPort);
    functions = HttpProcess.functions(store.connectionString(), redisPort, SETTINGS);
  }

  /** Prints the table. The arguments are how many reminders are due at once, and pending. */
  public static void main(String[] args) throws Exception {
    Logs.atInfo();
    int due = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    int pending = args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000;
    try (TemporaryDirectory directory = new TemporaryDirectory();
        ProcessBenchmark bench = new ProcessBenchmark(directory.resolve("store"))) {
      bench.transfers();
      bench.due(due);
      bench.pending(pending);
    }
  }

  private void transfers() throws Exception {
    Accounts accounts = Accounts.fill(store.connectionString(), ACCOUNTS, EVENTS_AN_ACCOUNT);
    try (HttpCalls http = new HttpCalls(functions.port());
        Awaited ends =
            Awaited.ends(
                store.connectionString(),
                "transfer",
                Set.of("transfer-completed", "transfer-failed"))) {
      http.awaitReady("/echo", "{\"account\":\"any\",\"cents\":1}");
      print("", "a second", "p50 ms", "p99 ms", "longest", "asked");
      Load.warmUp(CALLERS, WARM_UP, () -> deposit(http, accounts));
      Load.Reached commands = Load.measure(CALLERS, () -> deposit(http, accounts));
      print(
          "commands over HTTP",
          "%,.0f".formatted(commands.perSecond()),
          millis(commands, 50),
          millis(commands, 99),
          "",
          "");
      Load.warmUp(CALLERS, WARM_UP.plus(STEADY), () -> transfer(http, ends, accounts));
      Load.Reached all = Load.measure(CALLERS, () -> transfer(http, ends, accounts));
      print(
          "transfers",
          "%,.0f".formatted(all.perSecond()),
          millis(all, 50),
          millis(all, 99),
          "",
          "1,000 a second; %.2f × commands"
              .formatted(COMMANDS_A_TRANSFER * all.perSecond() / commands.perSecond()));
      Load.Reached _ = Load.paced(TRANSFERS_A_SECOND, STEADY, () -> transfer(http, ends, accounts));
      Load.Reached paced = Load.paced(TRANSFERS_A_SECOND, () -> transfer(http, ends, accounts));
      print(
          "transfers, 200 a second",
          "%,.0f".formatted(paced.perSecond()),
          millis(paced, 50),
          millis(paced, 99),
          "",
          "p99 under 250 ms");
    }
  }

  private static CompletionStage<?> deposit(HttpCalls http, Accounts accounts) {
    return http.post("/deposit", "{\"account\":\"%s\",\"cents\":1}".formatted(accounts.any()));
  }

  private static CompletionStage<?> transfer(HttpCalls http, Awaited ends, Accounts accounts) {
    String id = UUID.randomUUID().toString();
    String from = accounts.any();
    CompletableFuture<Void> end = ends.of("transfer-" + id);
    return http.post(
            "/transfer-money",
            "{\"transfer\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"cents\":1}"
                .formatted(id, from, accounts.otherThan(from)))
        .thenCompose(_ -> end);
  }

  private static String millis(Load.Reached reached, double percentile) {
    return "%.0f".formatted(reached.millis(percentile));
  }

  private void due(int count) throws Exception {
    try (Awaited ends = Awaited.ends(store.connectionString(), "alarm", Set.of("alarm-rang"))) {
      due(ends, count / 10);
      Histogram late = due(ends, count);
      print(
          "%,d reminders due at once".formatted(count),
          "",
          seconds(late.getValueAtPercentile(50)),
          seconds(late.getValueAtPercentile(99)),
          seconds(late.getMaxValue()),
          "all in 5,000 ms");
    }
  }

  /** How late each was, in nanoseconds. */
  private Histogram due(Awaited ends, int count) throws Exception {
    Instant at = Instant.now().plus(UNTIL_DUE).truncatedTo(ChronoUnit.SECONDS);
    Histogram late = new ConcurrentHistogram(3);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    append(
        ends,
        count,
        at,
        id ->
            all.add(
                ends.of("alarm-" + id)
                    .thenRun(
                        () ->
                            late.recordValue(
                                Math.max(0, Duration.between(at, Instant.now()).toNanos())))));
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    return late;
  }

  private static String seconds(long nanos) {
    return "%.0f".formatted(nanos / 1e6);
  }

  private void pending(int count) throws Exception {
    long before = figures.memory();
    long start = System.nanoTime();
    try (Awaited ends = Awaited.ends(store.connectionString(), "alarm", Set.of("alarm-rang"))) {
      append(ends, count, Instant.parse("3000-01-01T00:00:00Z"), _ -> {});
    }
    while (figures.members(DUE) <= count) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new IllegalStateException(figures.members(DUE) + " reminders are pending");
      }
      Thread.sleep(100);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    print(
        "%,d reminders pending".formatted(count),
        "%,.0f".formatted(count / seconds),
        "",
        "",
        "",
        "%d bytes each; 250".formatted((figures.memory() - before) / count));
  }

  private static void append(Awaited ends, int count, Instant at, Consumer<String> begun)
      throws InterruptedException {
    Semaphore open = new Semaphore(APPENDS_AT_ONCE);
    for (int i = 0; i < count; i++) {
      String id = UUID.randomUUID().toString();
      begun.accept(id);
      open.acquire();
      var _ =
          ends.append(
                  "alarm-" + id, UUID.randomUUID(), "alarm-set", "{\"at\":\"%s\"}".formatted(at))
              .whenComplete((_, _) -> open.release());
    }
    open.acquire(APPENDS_AT_ONCE);
  }

  private static void print(Object... cells) {
    System.out.printf("%-32s %10s %8s %8s %8s   %s%n", cells);
  }

  @Override
  public void close() throws IOException {
    functions.close();
    redis.stop();
    store.close();
  }
}
