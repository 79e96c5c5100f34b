package dev.foldline.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The store as a program of its own: starts, prints its connection string, and runs until it is
 * told to stop.
 */
@Command(
    name = "foldline-embedded",
    mixinStandardHelpOptions = true,
    description = "An event store that speaks EventStoreDB's gRPC protocol.",
    showDefaultValues = true)
public final class Main implements Callable<Integer> {
  private static final int REFUSED = 1;

  @Option(
      names = "--host",
      description = "Name or address to listen on.",
      defaultValue = "localhost")
  private String host = "localhost";

  @Option(
      names = "--port",
      description = "Port to listen on, 0 for a free one.",
      defaultValue = "2113")
  private int port;

  @Option(names = "--data", description = "Directory to keep events in.")
  private @Nullable Path data;

  @Option(names = "--memory", description = "Keep nothing: events are gone when the store stops.")
  private boolean memory;

  @Option(
      names = "--fsync",
      negatable = true,
      description = "Whether an append is on disk before it is answered. --fsync=false is unsafe.",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true")
  private boolean fsync = true;

  @Option(names = "--tls-cert", description = "Certificate (chain), a PEM file.")
  private @Nullable Path certificate;

  @Option(names = "--tls-key", description = "The certificate's private key, a PEM file.")
  private @Nullable Path privateKey;

  @Option(
      names = "--user",
      description = "A user as name:password[:$group]; repeatable. Makes the server a secure one.")
  private List<String> users = List.of();

  @Option(names = "--users", description = "File of users, one a line.")
  private @Nullable Path usersFile;

  @Option(names = "--no-projections", description = "Don't write $ce-, $et- and $streams.")
  private boolean withoutProjections;

  @Option(
      names = "--clock-offset",
      description = "How far off its clock is, such as -PT24H, for tests of clients.",
      defaultValue = "PT0S")
  private Duration clockOffset = Duration.ZERO;

  public static void main(String[] args) {
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    if (memory == (data != null)) {
      throw usage("Either --data DIR or --memory must be given");
    }
    if ((certificate == null) != (privateKey == null)) {
      throw usage("--tls-cert and --tls-key go together");
    }
    EmbeddedEventStore store;
    try {
      store = options().start();
    } catch (RuntimeException | IOException e) {
      System.err.println(e.getMessage());
      return REFUSED;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(store::close, "foldline-shutdown"));
    System.out.println(store.connectionString());
    new CountDownLatch(1).await();
    return 0;
  }

  private EmbeddedEventStore.Builder options() throws IOException {
    var options =
        EmbeddedEventStore.builder()
            .host(host)
            .port(port)
            .fsync(fsync)
            .projections(!withoutProjections)
            .clock(InstantSource.offset(InstantSource.system(), clockOffset));
    if (data != null) {
      options.data(data);
    }
    if (certificate != null && privateKey != null) {
      options.tls(certificate, privateKey);
    }
    users.forEach(options::user);
    if (usersFile != null) {
      Files.readAllLines(usersFile).stream().filter(line -> !line.isBlank()).forEach(options::user);
    }
    return options;
  }

  private ParameterException usage(String message) {
    return new ParameterException(new CommandLine(this), message);
  }
}
