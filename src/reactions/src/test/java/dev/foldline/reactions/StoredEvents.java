package dev.foldline.reactions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.StoredEvent;
import java.time.Instant;
import java.util.UUID;

/** Events as others than an application write them. */
final class StoredEvents {

  private StoredEvents() {}

  static StoredEvent unknown() {
    return new StoredEvent(UUID.randomUUID(), "alarm-unknown", new byte[0], new byte[0]);
  }

  static StoredEvent alarm(Instant at) {
    byte[] data = "{\"at\":\"%s\"}".formatted(at).getBytes(UTF_8);
    return new StoredEvent(UUID.randomUUID(), "alarm-set", data, new byte[0]);
  }
}
