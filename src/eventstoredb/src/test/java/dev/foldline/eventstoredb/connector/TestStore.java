package dev.foldline.eventstoredb.connector;

import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** An event store that can go away and come back, and Foldline's connection to it. */
final class TestStore implements AutoCloseable {

  private final Path data;
  private final int port;
  private EmbeddedEventStore server;
  private final String connectionString;
  private final EventStore store;

  TestStore(Path data) {
    this.data = data;
    this.server = EmbeddedEventStore.builder().data(data).fsync(false).start();
    this.port = server.port();
    this.connectionString = server.connectionString();
    this.store = new EventStore(connectionString, Duration.ofSeconds(5));
  }

  EventStore store() {
    return store;
  }

  int port() {
    return port;
  }

  String connectionString() {
    return connectionString;
  }

  /** Appends events whose data are their numbers. */
  void append(String stream, int from, int count) {
    List<StoredEvent> events =
        IntStream.range(from, from + count).mapToObj(i -> event("counted", "" + i)).toList();
    store.append(stream, events).await().atMost(Duration.ofSeconds(10));
  }

  static StoredEvent event(String type, String data) {
    return new StoredEvent(
        UUID.randomUUID(), type, data.getBytes(StandardCharsets.UTF_8), new byte[0]);
  }

  void stop() {
    server.close();
  }

  void comeBack() {
    server = EmbeddedEventStore.builder().data(data).fsync(false).port(port).start();
  }

  void restart() {
    stop();
    comeBack();
  }

  @Override
  public void close() {
    store.close();
    server.close();
  }
}
