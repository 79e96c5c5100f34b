package dev.foldline.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import redis.embedded.RedisServer;

/**
 * Commands over HTTP: the functions, the event store and Redis each in a process of its own, all on
 * this machine, the callers here.
 *
 * <p>{@code deposit} is compared with {@code naive-deposit}, what one would write by hand, and with
 * what is as fast as can be: {@code echo}, which does nothing, and {@link PlainServer}, which only
 * appends. What of Foldline keeps state between commands is on or off as each line says.
 */
final class CommandBenchmark implements AutoCloseable {

  private static final Duration WARM_UP = Duration.ofSeconds(30);
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final int CALLERS = 64;
  private static final int PACE = 1_000;

  /** What is called. */
  enum Call {
    ECHO("/echo"),
    NAIVE("/naive-deposit"),
    DEPOSIT("/deposit"),
    KEYED("/deposit");

    private final String path;

    Call(String path) {
      this.path = path;
    }

    /** A key is used once. */
    CompletionStage<?> send(HttpCalls http, String account) {
      return this == KEYED
          ? http.post(path, deposit(account), "idempotency-key: " + UUID.randomUUID())
          : http.post(path, deposit(account));
    }
  }

  /** Whose accounts: those that were warmed up with, or some that nobody called before. */
  enum Of {
    /** Fewer than an instance keeps the state of. */
    WARMED(8_000, 20),
    FRESH(8_000, 20),
    LONG(200, 1_000),
    /** Called for a while before, so that there may be snapshots. */
    SETTLED_LONG(200, 1_000),
    ONE(1, 20);

    private final int accounts;
    private final int events;

    Of(int accounts, int events) {
      this.accounts = accounts;
      this.events = events;
    }

    Accounts fill(StoreProcess store) throws Exception {
      return Accounts.fill(store.connectionString(), accounts, events);
    }

    /** Which accounts one warms up with for these. */
    Of warmUp() {
      return switch (this) {
        case WARMED, FRESH -> WARMED;
        case LONG, SETTLED_LONG -> LONG;
        case ONE -> ONE; // its commands are handled together: other code runs
      };
    }
  }

  /**
   * A line of the table.
   *
   * @param naive the line it is compared with, if any
   * @param asked how many times as fast as that it is to be, if that was said
   * @param paced whether so many calls a second are made, instead of as many as can be
   */
  record Line(
      String name, String what, Call call, Of of, String naive, String asked, boolean paced) {

    Line(String name, String what, Call call, Of of) {
      this(name, what, call, of, "", "");
    }

    Line(String name, String what, Call call, Of of, String naive, String asked) {
      this(name, what, call, of, naive, asked, false);
    }
  }

  /** How the process is started that is called. */
  private interface Server {

    HttpProcess start(String connectionString, int redisPort) throws IOException;

    /** The packaged functions, with settings as {@code name=value}. */
    static Server functions(String... settings) {
      return (store, redis) -> HttpProcess.functions(store, redis, List.of(settings));
    }
  }

  /** What the same process is asked for, one after the other. */
  private record Run(Server server, List<Line> lines) {

    /** What of Foldline keeps state between commands is off, but for snapshots if they are on. */
    static Run cold(String name, String what, String asked, String askedLong, String... settings) {
      String deposit = "deposit, cold, " + what;
      return new Run(
          Server.functions(settings),
          List.of(
              new Line("naive", "naive, 20 events a stream", Call.NAIVE, Of.FRESH),
              new Line(name, deposit + ", 20 events", Call.DEPOSIT, Of.FRESH, "naive", asked),
              new Line("naive-long", "naive, 1,000 events a stream", Call.NAIVE, Of.LONG),
              new Line(
                  name + "-long",
                  deposit + ", 1,000 events",
                  Call.DEPOSIT,
                  Of.SETTLED_LONG,
                  "naive-long",
                  askedLong)));
    }

    Run only(Set<String> names) {
      return names.isEmpty()
          ? this
          : new Run(server, lines.stream().filter(line -> names.contains(line.name)).toList());
    }
  }

  private static final String COLD = "foldline.commands.cached-streams=0";
  private static final String NO_SNAPSHOTS = "foldline.snapshots.every=0";

  private static final List<Run> RUNS =
      List.of(
          Run.cold("cold", "no snapshots", "", "", COLD, NO_SNAPSHOTS),
          Run.cold("snapshots", "snapshots", "1.3", "10", COLD),
          new Run(
              (store, _) -> HttpProcess.plain(store),
              List.of(
                  new Line(
                      "plain", "plain Vert.x with the same connection", Call.DEPOSIT, Of.WARMED))),
          new Run(
              Server.functions(),
              List.of(
                  new Line("echo", "echo", Call.ECHO, Of.WARMED),
                  new Line("naive", "naive, 20 events a stream", Call.NAIVE, Of.FRESH),
                  new Line(
                      "warm", "deposit, warm, 20 events", Call.DEPOSIT, Of.WARMED, "naive", "6"),
                  new Line("naive-one", "naive, one account", Call.NAIVE, Of.ONE),
                  new Line("one", "deposit, one account", Call.DEPOSIT, Of.ONE, "naive-one", "600"),
                  new Line(
                      "paced",
                      "deposit, warm, at 1,000 a second",
                      Call.DEPOSIT,
                      Of.WARMED,
                      "",
                      "",
                      true))),
          // By itself: for the keys of a stream the states of others are not kept.
          new Run(
              Server.functions(),
              List.of(
                  new Line("naive", "naive, 20 events a stream", Call.NAIVE, Of.FRESH),
                  new Line(
                      "keyed", "deposit, warm, with a key", Call.KEYED, Of.WARMED, "naive", ""))));

  private final StoreProcess store;
  private final int redisPort = HttpProcess.freePort();
  private final RedisServer redis;

  private CommandBenchmark(Path data) throws IOException {
    store = StoreProcess.start(data);
    redis = RedisServer.builder().port(redisPort).bind("127.0.0.1").setting("save \"\"").build();
    redis.start();
  }

  /**
   * Prints the table. Of lines that are named it prints the figures alone: the line's name, the
   * unit and the value, with tabs between them.
   */
  public static void main(String[] args) throws Exception {
    Logs.atInfo();
    Set<String> names = new LinkedHashSet<>(List.of(args));
    CommandReport report =
        names.isEmpty() ? new CommandReport.Table() : new CommandReport.Figures();
    List<Run> runs = RUNS.stream().map(run -> run.only(names)).toList();
    runs.forEach(run -> run.lines.forEach(line -> names.remove(line.name)));
    if (!names.isEmpty()) {
      throw new IllegalArgumentException("no such lines: " + names);
    }
    try (TemporaryDirectory directory = new TemporaryDirectory();
        CommandBenchmark bench = new CommandBenchmark(directory.resolve("store"))) {
      for (Run run : runs) {
        if (!run.lines.isEmpty()) {
          bench.measure(run, report);
        }
      }
    }
  }

  private void measure(Run run, CommandReport report) throws Exception {
    try (HttpProcess process = run.server.start(store.connectionString(), redisPort);
        HttpCalls http = new HttpCalls(process.port())) {
      http.awaitReady(Call.ECHO.path, deposit("any-0"));
      Map<Of, Accounts> warm = new EnumMap<>(Of.class);
      Set<List<Object>> warmedUp = new HashSet<>();
      for (Line line : run.lines) {
        Of of = line.of.warmUp();
        Accounts accounts = warm.get(of);
        if (accounts == null) {
          accounts = of.fill(store);
          warm.put(of, accounts);
        }
        // Until the compiler has done its work.
        if (warmedUp.add(List.of(line.call, of))) {
          Load.warmUp(CALLERS, WARM_UP, calls(line.call, http, accounts));
        }
      }
      for (Line line : run.lines) {
        Accounts accounts =
            line.of == Of.WARMED ? Objects.requireNonNull(warm.get(line.of)) : line.of.fill(store);
        Supplier<CompletionStage<?>> calls = calls(line.call, http, accounts);
        if (line.of == Of.SETTLED_LONG) {
          Load.warmUp(CALLERS, SETTLE, calls);
        }
        report.add(measure(line, calls, process));
      }
    }
  }

  private static Supplier<CompletionStage<?>> calls(Call call, HttpCalls http, Accounts accounts) {
    return () -> call.send(http, accounts.any());
  }

  private CommandReport.Row measure(
      Line line, Supplier<CompletionStage<?>> calls, HttpProcess process)
      throws InterruptedException {
    Duration before = process.cpu();
    Duration storeBefore = store.cpu();
    Load.Reached reached = line.paced ? Load.paced(PACE, calls) : Load.measure(CALLERS, calls);
    double count = reached.latencies().getTotalCount();
    return new CommandReport.Row(
        line,
        reached,
        process.cpu().minus(before).toNanos() / 1e3 / count,
        store.cpu().minus(storeBefore).toNanos() / 1e3 / count);
  }

  private static String deposit(String account) {
    return "{\"account\":\"" + account + "\",\"cents\":1}";
  }

  @Override
  public void close() throws IOException {
    redis.stop();
    store.close();
  }
}
