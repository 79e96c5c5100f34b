package dev.foldline.eventstoredb.connection;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a store is reached, and by whom.
 *
 * @param connectionString as the official client documents it; its node preference is passed over
 * @param passwordFile holds the password of the connection string's user; read anew when it changes
 */
public record StoreAddress(String connectionString, Optional<Path> passwordFile) {

  /** Logs are no place for a password. */
  @Override
  public String toString() {
    return "the address of an event store";
  }

  /** One that says all in its connection string. */
  public static StoreAddress of(String connectionString) {
    return new StoreAddress(connectionString, Optional.empty());
  }
}
