package dev.foldline.eventstoredb.connector;

import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.StoredEvent;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * The payload of a message as long as it is not known what its consumer takes. A {@code Recorded}
 * would be given to each that takes a {@code Recorded} of whatever: SmallRye sees its class alone,
 * and asks no converter.
 */
record Undecoded(Recorded<StoredEvent> event) {

  /** The message with its event undecoded; a batch tells by its class what it is of. */
  static Message<?> of(Message<?> message) {
    return message
        .getMetadata(IncomingEvent.class)
        .<Message<?>>map(event -> message.withPayload(new Undecoded(event.recorded())))
        .orElse(message);
  }
}
