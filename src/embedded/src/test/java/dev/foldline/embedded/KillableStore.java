package dev.foldline.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A store in a process of its own, which closes as {@code kill -9} does. Its index goes to disk a
 * few events at a time, so that this comes before, while and after a generation is written.
 */
public final class KillableStore implements AutoCloseable {
  private static final int SECONDS = 30;

  private final Process process;
  private final int port;

  private KillableStore(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts a store on a directory, and waits until it listens. */
  public static KillableStore start(Path data, int indexGeneration, boolean projections)
      throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                // All memory is the heap, and who uses it up is not forgiven.
                "-XX:+ExitOnOutOfMemoryError",
                "-Dio.grpc.netty.shaded.io.netty.noPreferDirect=true",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                KillableStore.class.getName(),
                data.toString(),
                Integer.toString(indexGeneration),
                Boolean.toString(projections))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new KillableStore(process, port(process.inputReader()));
  }

  /** Runs for as long as whoever started it. */
  public static void main(String[] args) throws IOException {
    var store =
        EmbeddedEventStore.builder()
            .data(Path.of(args[0]))
            .indexGeneration(Integer.parseInt(args[1]))
            .projections(Boolean.parseBoolean(args[2]))
            .start();
    System.out.println(store.connectionString());
    System.exit(System.in.read());
  }

  private static int port(BufferedReader output) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("esdb://")) {
        return URI.create(line).getPort();
      }
    }
    throw new IOException("The store did not start");
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new UncheckedIOException(new IOException("The store can't be killed"));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
