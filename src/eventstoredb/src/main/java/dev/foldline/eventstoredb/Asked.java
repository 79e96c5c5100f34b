package dev.foldline.eventstoredb;

import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.EventCodec.Encoded;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A command that is to be decided, with what its caller says beside it. */
record Asked<C>(C command, CommandContext context, CommandIdentity identity) {

  /**
   * What it was decided to write, as it is stored.
   *
   * @param begins whether its first event is the first of the stream
   */
  List<StoredEvent> stored(String stream, List<? extends Encoded<?>> events, boolean begins) {
    byte[] metadata = Metadata.write(context, identity, false);
    List<StoredEvent> stored = new ArrayList<>(events.size());
    for (Encoded<?> event : events) {
      UUID id = identity.eventId(stream, stored.size(), event.type(), event.data());
      byte[] beside =
          begins && stored.isEmpty() ? Metadata.write(context, identity, true) : metadata;
      stored.add(event.stored(id, beside));
    }
    return stored;
  }
}
