package dev.foldline.quarkus;

import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

/** Where the event store is: the one that is configured, else one inside the application. */
@Singleton
class StoreLocation {

  private final String connectionString;

  StoreLocation(FoldlineConfig config, Instance<EmbeddedStore> embedded) {
    if (config.eventstoredb().connectionString().isPresent()) {
      connectionString = config.eventstoredb().connectionString().get();
    } else if (!config.embedded().enabled()) {
      throw new ConfigurationException(
          "foldline.eventstoredb.connection-string is not set: say where EventStoreDB is, such as"
              + " esdb://localhost:2113?tls=false");
    } else if (embedded.isUnsatisfied()) {
      throw new ConfigurationException(
          "foldline.embedded.enabled is set, but there is no event store inside this application:"
              + " build it with the dependency dev.foldline:foldline-embedded and for the JVM, or"
              + " say where EventStoreDB is in foldline.eventstoredb.connection-string");
    } else {
      connectionString = embedded.get().start();
    }
  }

  /** The connection string, with what is secret in it. */
  String connectionString() {
    return connectionString;
  }
}
