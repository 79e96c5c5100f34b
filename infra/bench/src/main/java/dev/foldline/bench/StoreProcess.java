package dev.foldline.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The embedded store in a process of its own, as {@code java -jar foldline-embedded.jar}. */
final class StoreProcess implements AutoCloseable {

  /** The built repository whose processes are measured. */
  static final Path MEASURED = Path.of(System.getProperty("bench.measured", ""));

  private static final Path JAR = MEASURED.resolve("src/embedded/target/foldline-embedded.jar");

  private final Process process;
  private final String connectionString;
  private final double startSeconds;

  private StoreProcess(Process process, String connectionString, double startSeconds) {
    this.process = process;
    this.connectionString = connectionString;
    this.startSeconds = startSeconds;
  }

  static StoreProcess start(Path data) throws IOException {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-jar",
                    JAR.toString(),
                    "--port",
                    "0",
                    "--no-projections",
                    "--data",
                    data.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    while (line != null && !line.startsWith("esdb://")) {
      line = output.readLine();
    }
    if (line == null) {
      throw new IOException("the store did not start");
    }
    return new StoreProcess(process, line, (System.nanoTime() - start) / 1e9);
  }

  String connectionString() {
    return connectionString;
  }

  /** From exec to the connection string. */
  double startSeconds() {
    return startSeconds;
  }

  long residentMegabytes() throws IOException {
    return residentMegabytes(process);
  }

  /** What a process holds in memory, in MB; 0 where the system does not tell. */
  static long residentMegabytes(Process process) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  /** What it used of the processors so far. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    end(process);
  }

  static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
