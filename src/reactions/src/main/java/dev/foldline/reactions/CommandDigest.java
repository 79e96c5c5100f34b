package dev.foldline.reactions;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foldline.eventstoredb.events.Json;
import java.util.zip.CRC32;

/** By what it is seen that an effect has another command than it had. Stored for ever. */
final class CommandDigest {

  private CommandDigest() {}

  /** That of a command; 0 of one that is no record, or can't be written as JSON. */
  static int of(Object command) {
    if (!command.getClass().isRecord()) {
      return 0;
    }
    CRC32 digest = new CRC32();
    try {
      digest.update(Json.MAPPER.writeValueAsBytes(command.getClass().getSimpleName()));
      digest.update(Json.MAPPER.writeValueAsBytes(command));
    } catch (JsonProcessingException | RuntimeException | Error _) {
      return 0; // such as a record of an application's native executable that was not registered
    }
    return (int) digest.getValue();
  }
}
