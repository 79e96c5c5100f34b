package dev.foldline.reactions;

import dev.foldline.core.StoredEvent;
import java.util.UUID;

/** Events that no application writes. */
final class StoredEvents {

  private StoredEvents() {}

  static StoredEvent unknown() {
    return new StoredEvent(UUID.randomUUID(), "alarm-unknown", new byte[0], new byte[0]);
  }
}
