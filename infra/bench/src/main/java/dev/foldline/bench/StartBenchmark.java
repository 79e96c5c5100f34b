package dev.foldline.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import redis.embedded.RedisServer;

/**
 * How soon the bank is there: from exec to its first answer, to its first command that is done and
 * until it is ready; and what it takes of memory then. Store and Redis are there before.
 */
final class StartBenchmark {

  private static final int ROUNDS = 11;

  private static final String CALLS_ALONE = "-Dfoldline.run=commands,queries";

  private final List<Bank> banks = new ArrayList<>();

  /** One way to start it. */
  private record Bank(String what, List<String> command, List<Start> starts) {}

  /** Seconds from exec on, and megabytes after the first command. */
  private record Start(double answered, double done, double ready, double resident) {}

  private StartBenchmark(Path plain, Path trained, Path secured, List<Path> executables) {
    add("fast-jar", plain.resolve("run").toString());
    add("trained, throughput", trained.resolve("run").toString(), "throughput");
    add("trained, fast-start", trained.resolve("run").toString(), "fast-start");
    add("the same, calls alone", trained.resolve("run").toString(), "fast-start", CALLS_ALONE);
    add("known callers, trained", secured.resolve("run").toString(), "fast-start");
    executables.forEach(executable -> add("native", executable.toString()));
  }

  private void add(String what, String... command) {
    banks.add(new Bank(what, List.of(command), new ArrayList<>()));
  }

  /**
   * Prints the table.
   *
   * @param args the packaged bank, the trained one, that for known callers, trained, and a native
   *     executable if there is one
   */
  public static void main(String[] args) throws Exception {
    Logs.atInfo();
    StartBenchmark bench =
        new StartBenchmark(
            Path.of(args[0]),
            Path.of(args[1]),
            Path.of(args[2]),
            Stream.of(args).skip(3).map(Path::of).toList());
    int redisPort = HttpProcess.freePort();
    RedisServer redis =
        RedisServer.builder().port(redisPort).bind("127.0.0.1").setting("save \"\"").build();
    redis.start();
    try (TemporaryDirectory directory = new TemporaryDirectory();
        StoreProcess store = StoreProcess.start(directory.resolve("store"))) {
      for (int round = 0; round < ROUNDS; round++) {
        for (Bank bank : bench.banks) {
          bank.starts.add(start(bank.command, store.connectionString(), redisPort));
        }
      }
    } finally {
      redis.stop();
    }
    bench.print();
  }

  private static Start start(List<String> launcher, String connectionString, int redisPort)
      throws IOException, InterruptedException {
    int port = HttpProcess.freePort();
    List<String> command = new ArrayList<>(launcher);
    command.add("-Dquarkus.http.host=127.0.0.1");
    command.add("-Dquarkus.http.port=" + port);
    command.add("-Dfoldline.eventstoredb.connection-string=" + connectionString);
    command.add("-Dquarkus.redis.hosts=redis://127.0.0.1:" + redisPort);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(HttpProcess.IN_PRODUCTION);
    long exec = System.nanoTime();
    Process process = builder.start();
    try {
      Polls polls = new Polls(port, exec);
      double answered = polls.untilDone("GET", "/q/health/live", "");
      double done =
          polls.untilDone(
              "POST", "/open-account", "{\"account\":\"s-%d\",\"owner\":\"Ada\"}".formatted(exec));
      double ready = polls.untilDone("GET", "/q/health/ready", "");
      return new Start(answered, done, ready, StoreProcess.residentMegabytes(process));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private void print() {
    System.out.printf(
        "%-22s %12s %14s %8s %12s%n",
        "from exec, seconds", "first 200", "first command", "ready", "resident MB");
    for (Bank bank : banks) {
      System.out.printf(
          "%-22s %12.3f %14.3f %8.3f %12.0f%n",
          bank.what,
          median(bank, Start::answered),
          median(bank, Start::done),
          median(bank, Start::ready),
          median(bank, Start::resident));
    }
  }

  private static double median(Bank bank, ToDoubleFunction<Start> figure) {
    return bank.starts.stream().mapToDouble(figure).sorted().toArray()[ROUNDS / 2];
  }
}
