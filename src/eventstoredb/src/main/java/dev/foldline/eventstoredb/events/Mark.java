package dev.foldline.eventstoredb.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import java.io.IOException;

/**
 * What stands in a stream for an effect that left no event there, as it is stored, for ever.
 *
 * @param format the number of this form
 * @param refused why the stream's decider refused it; empty if there was nothing to do
 */
public record Mark(int format, String refused) {

  private static final int FORMAT = 1;

  /** The data of one. */
  public static byte[] write(String refused) {
    try {
      return Json.MAPPER.writeValueAsBytes(new Mark(FORMAT, refused));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws UnknownEvent if it is of another format
   */
  static Mark read(StoredEvent event) {
    try {
      Mark mark = Json.MAPPER.readValue(event.data(), Mark.class);
      if (mark.format() == FORMAT) {
        return mark;
      }
      throw new UnknownEvent(event.type(), "it is of format " + mark.format());
    } catch (IOException e) {
      throw new UnknownEvent(event.type(), "it is not of format " + FORMAT + ": " + e);
    }
  }
}
