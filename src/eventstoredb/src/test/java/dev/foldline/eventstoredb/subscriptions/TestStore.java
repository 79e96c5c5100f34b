package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.EventStoreServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** An event store that can go away and come back, and Foldline's connection to it. */
public final class TestStore implements AutoCloseable {

  /** The category of the test that runs: a store that is given holds the events of others too. */
  public static String n = "n";

  private final EventStoreServer server;
  private final EventStore store;

  public TestStore(Path data) {
    anew();
    this.server = EventStoreServer.start(data);
    this.store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
  }

  private static void anew() {
    n = EventStoreServer.unique("n");
  }

  /** A stream or group of the test that runs. */
  public static String own(String name) {
    return name + "-" + n;
  }

  public EventStore store() {
    return store;
  }

  /** The store, for what applications leave alone. */
  public EventStoreServer official() {
    return server;
  }

  public int port() {
    return server.port();
  }

  public String connectionString() {
    return server.connectionString();
  }

  /** Appends events whose data are their numbers. */
  public void append(String stream, int from, int count) {
    List<StoredEvent> events =
        IntStream.range(from, from + count).mapToObj(i -> event("counted", "" + i)).toList();
    store.append(stream, events).await().atMost(Duration.ofSeconds(10));
  }

  public static StoredEvent event(String type, String data) {
    return new StoredEvent(
        UUID.randomUUID(), type, data.getBytes(StandardCharsets.UTF_8), new byte[0]);
  }

  public void stop() {
    server.stop();
  }

  public void comeBack() {
    server.comeBack();
  }

  public void restart() {
    stop();
    comeBack();
  }

  @Override
  public void close() {
    store.close();
    server.close();
  }
}
