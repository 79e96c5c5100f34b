package dev.foldline.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.embedded.Main;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The event store that a test runs against: an embedded one of its own, or the EventStoreDB whose
 * connection string the system property {@code foldline.test.eventstoredb} gives.
 *
 * <p>A given one is used, and neither stopped nor emptied: a test that would stop it or look into
 * it is skipped, and says why. It holds what earlier tests wrote, so that streams and groups need
 * names of the test's own ({@link #unique}). For one thread.
 */
public final class EventStoreServer implements AutoCloseable {

  private static final String PROPERTY = "foldline.test.eventstoredb";

  private final Launcher launcher;

  private final int port;
  private final String connectionString;
  private @Nullable AutoCloseable own;
  private @Nullable EventStoreDBClient client;

  private interface Launcher {

    /**
     * @param clockOffset how far off its clock is
     */
    AutoCloseable launch(int port, Duration clockOffset);
  }

  private EventStoreServer(Launcher launcher) {
    String given = System.getProperty(PROPERTY, "");
    this.launcher = launcher;
    if (given.isEmpty()) {
      this.port = Ports.free();
      this.connectionString = "esdb://localhost:" + port + "?tls=false";
      this.own = launcher.launch(port, Duration.ZERO);
    } else {
      this.port = portHere(given);
      this.connectionString = given;
    }
  }

  /** Starts one that keeps nothing when it stops, unless one is given. */
  public static EventStoreServer start() {
    return new EventStoreServer(
        (port, clockOffset) ->
            EmbeddedEventStore.builder()
                .port(port)
                .clock(InstantSource.offset(InstantSource.system(), clockOffset))
                .start());
  }

  /** Starts one that keeps its events in a directory, unless one is given. */
  public static EventStoreServer start(Path data) {
    return here(data, InstantSource.system());
  }

  /**
   * Starts one that keeps its events in a directory, and stamps them by a clock of its own. Where
   * one is given the test is skipped.
   */
  public static EventStoreServer start(Path data, InstantSource clock) {
    mustBeOwn("has a clock of its own");
    return here(data, clock);
  }

  private static EventStoreServer here(Path data, InstantSource clock) {
    return new EventStoreServer(
        (port, clockOffset) ->
            EmbeddedEventStore.builder()
                .port(port)
                .data(data)
                .fsync(false)
                .clock(InstantSource.offset(clock, clockOffset))
                .start());
  }

  /**
   * Starts one in a process of its own, which is stopped as by {@code kill -9} and keeps its events
   * in a directory. Where one is given the test is skipped.
   */
  public static EventStoreServer startProcess(Path data) {
    mustBeOwn("kills the event store");
    return new EventStoreServer((port, clockOffset) -> process(port, data, clockOffset));
  }

  private static ServerProcess process(int port, Path data, Duration clockOffset) {
    return new ServerProcess(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "--port=" + port,
            "--no-projections",
            "--data=" + data,
            "--clock-offset=" + clockOffset),
        "esdb://");
  }

  /** A name that no other test and no earlier run has used, such as {@code n5f0c72a1}. */
  public static String unique(String name) {
    return name + UUID.randomUUID().toString().substring(0, 8);
  }

  /** Skips the test if an event store is given; for what does more than using it. */
  public static void mustBeOwn(String because) {
    assumeTrue(System.getProperty(PROPERTY, "").isEmpty(), () -> because + ": not a given one");
  }

  public String connectionString() {
    return connectionString;
  }

  /** The official client of it, for what applications leave alone, such as to delete streams. */
  public synchronized EventStoreDBClient client() {
    if (client == null || client.isShutdown()) {
      client =
          EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString));
    }
    return client;
  }

  /** The official client for its persistent subscriptions. */
  public EventStoreDBPersistentSubscriptionsClient subscriptions() {
    return EventStoreDBPersistentSubscriptionsClient.from(client());
  }

  /** Its port on this machine; skips the test if it is not here, or not without TLS. */
  public int port() {
    assumeTrue(port > 0, "goes between the event store and its client: not elsewhere, nor TLS");
    return port;
  }

  private static int portHere(String connectionString) {
    URI uri = URI.create(connectionString);
    boolean here = "localhost".equals(uri.getHost()) || "127.0.0.1".equals(uri.getHost());
    boolean plain = String.valueOf(uri.getQuery()).contains("tls=false");
    return here && plain ? uri.getPort() : 0;
  }

  /** It goes away. */
  public void stop() {
    mustBeOwn("stops the event store");
    close();
  }

  /** It is there again. */
  public void comeBack() {
    comeBack(Duration.ZERO);
  }

  /** It is there again, with a clock that is so far off. */
  public void comeBack(Duration clockOffset) {
    mustBeOwn("starts the event store");
    own = launcher.launch(port, clockOffset);
  }

  /** It hangs, its connections open, while something is done; if it is in a process of its own. */
  public void hangWhile(Runnable action) {
    mustBeOwn("has the event store hang");
    if (!(own instanceof ServerProcess process)) {
      throw new IllegalStateException("the event store is in this process");
    }
    process.hangWhile(action);
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      CompletableFuture<?> _ = client.shutdown();
      client = null;
    }
    if (own != null) {
      try {
        own.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
