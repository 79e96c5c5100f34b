package dev.foldline.quarkus.deployment;

import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.quarkus.StorePorts;
import io.quarkus.deployment.builditem.Startable;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The embedded event store as a Dev Service: durable where there is a directory for its data. */
final class EventStoreService implements Startable {

  private static final int USUAL_PORT = 2113;

  private final Optional<Path> data;
  private final OptionalInt port;
  private @Nullable EmbeddedEventStore store;

  /**
   * @param port 0 for a free one; empty for the usual one, or a free one where that is taken
   */
  EventStoreService(Optional<Path> data, OptionalInt port) {
    this.data = data;
    this.port = port;
  }

  @Override
  public void start() {
    EmbeddedEventStore.Builder builder = EmbeddedEventStore.builder();
    data.ifPresent(directory -> builder.data(directory.resolve("eventstore")));
    store =
        port.isPresent()
            ? StorePorts.start(builder, port.getAsInt(), "foldline.devservices.port")
            : StorePorts.startAtOrElsewhere(builder, USUAL_PORT);
  }

  @Override
  public String getConnectionInfo() {
    return Objects.requireNonNull(store).connectionString();
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
