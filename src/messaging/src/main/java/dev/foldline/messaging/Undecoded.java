package dev.foldline.messaging;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * The payload of a message as long as it is not known what its consumer takes. A {@code Recorded},
 * or a list of them, would be given to each that takes one of whatever: SmallRye sees the class
 * alone, and asks no converter.
 *
 * @param events one, or those of a batch
 */
record Undecoded(String channel, List<Recorded<StoredEvent>> events) {

  static Message<?> of(String channel, Message<?> message) {
    @SuppressWarnings("unchecked") // what a channel's messages hold
    List<Recorded<StoredEvent>> events =
        message.getPayload() instanceof List<?> batch
            ? (List<Recorded<StoredEvent>>) batch
            : List.of((Recorded<StoredEvent>) message.getPayload());
    return message.withPayload(new Undecoded(channel, events));
  }
}
