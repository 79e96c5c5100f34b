package dev.foldline.quarkus;

import dev.foldline.embedded.EmbeddedEventStore;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.BindException;

/** Starts embedded event stores where their port is free, or says what is to be done about it. */
public final class StorePorts {

  private StorePorts() {}

  /**
   * Starts a store.
   *
   * @param port 0 for a free one
   * @param property that sets the port
   * @throws ConfigurationException which names the property, if the port is taken
   */
  public static EmbeddedEventStore start(
      EmbeddedEventStore.Builder store, int port, String property) {
    try {
      return store.port(port).start();
    } catch (IllegalStateException e) {
      if (isTaken(e)) {
        throw new ConfigurationException(
            "port %d, on which the event store is to listen, is taken: choose another by %s"
                .formatted(port, property));
      }
      throw e;
    }
  }

  /** Starts a store on a port if that is free, else on one that is. */
  public static EmbeddedEventStore startAtOrElsewhere(EmbeddedEventStore.Builder store, int port) {
    try {
      return store.port(port).start();
    } catch (IllegalStateException e) {
      if (isTaken(e)) {
        return store.port(0).start();
      }
      throw e;
    }
  }

  private static boolean isTaken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException
          || String.valueOf(cause.getMessage()).contains("Address already in use")) {
        return true;
      }
    }
    return false;
  }
}
