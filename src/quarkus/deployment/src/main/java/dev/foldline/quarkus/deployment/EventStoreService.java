package dev.foldline.quarkus.deployment;

import dev.foldline.embedded.EmbeddedEventStore;
import io.quarkus.deployment.builditem.Startable;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The embedded event store as a Dev Service: durable where there is a directory for its data. */
final class EventStoreService implements Startable {

  private final Optional<Path> data;
  private final int port;
  private @Nullable EmbeddedEventStore store;

  EventStoreService(Optional<Path> data, int port) {
    this.data = data;
    this.port = port;
  }

  @Override
  public void start() {
    EmbeddedEventStore.Builder builder = EmbeddedEventStore.builder().port(port);
    data.ifPresent(directory -> builder.data(directory.resolve("eventstore")));
    store = builder.start();
  }

  @Override
  public @Nullable String getConnectionInfo() {
    return store == null ? null : store.connectionString();
  }

  @Override
  public @Nullable String getContainerId() {
    return null;
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
  }
}
