package dev.foldline.quarkus;

import dev.foldline.embedded.EmbeddedEventStore;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Where the event store is: the one that is configured, else one inside the application. */
@Singleton
class StoreLocation {

  private final String connectionString;
  private final @Nullable EmbeddedEventStore embedded;

  StoreLocation(FoldlineConfig config) {
    if (config.eventstoredb().connectionString().isPresent()) {
      embedded = null;
      connectionString = config.eventstoredb().connectionString().get();
    } else if (config.embedded().enabled()) {
      embedded = start(config);
      connectionString = embedded.connectionString();
    } else {
      throw new ConfigurationException(
          "foldline.eventstoredb.connection-string is not set: say where EventStoreDB is, such as"
              + " esdb://localhost:2113?tls=false, or run the embedded store on this node with"
              + " foldline.embedded.enabled=true");
    }
  }

  private static EmbeddedEventStore start(FoldlineConfig config) {
    return StorePorts.start(
        EmbeddedEventStore.builder().data(config.data().resolve("eventstore")),
        config.embedded().port(),
        "foldline.embedded.port");
  }

  /** The connection string, with what is secret in it. */
  String connectionString() {
    return connectionString;
  }

  @PreDestroy
  void stop() {
    if (embedded != null) {
      embedded.close();
    }
  }
}
