package dev.foldline.quarkus;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the event store is: the one that is configured, else one inside the application. */
@Singleton
class StoreLocation {

  /** The users that an EventStoreDB has at first, with the password that they have then. */
  private static final Pattern AS_DELIVERED = Pattern.compile("//(admin|ops):changeit@");

  private final String connectionString;

  StoreLocation(FoldlineConfig config, Instance<EmbeddedStore> embedded, LaunchMode mode) {
    if (config.eventstoredb().connectionString().isPresent()) {
      connectionString = config.eventstoredb().connectionString().get();
      if (mode == LaunchMode.NORMAL) {
        mustBeSecret(connectionString);
      }
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

  private static void mustBeSecret(String connectionString) {
    Matcher delivered = AS_DELIVERED.matcher(connectionString);
    if (delivered.find()) {
      throw new ConfigurationException(
          ("foldline.eventstoredb.connection-string: the user '%s' has the password that EventStoreDB"
                  + " is delivered with, which everyone knows: give it another one")
              .formatted(delivered.group(1)));
    }
  }

  /** The connection string, with what is secret in it. */
  String connectionString() {
    return connectionString;
  }
}
