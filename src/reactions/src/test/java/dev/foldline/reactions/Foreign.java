package dev.foldline.reactions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.StoredEvent;
import java.util.UUID;

/** What the effects of another reaction leave in an account: nothing is deposited. */
final class Foreign {

  private Foreign() {}

  static StoredEvent effect(UUID key) {
    return new StoredEvent(
        UUID.randomUUID(),
        "money-deposited",
        "{\"cents\":0}".getBytes(UTF_8),
        "{\"foldline\":1,\"effectKey\":\"%s\"}".formatted(key).getBytes(UTF_8));
  }
}
