package dev.foldline.eventstoredb.commands;

import dev.foldline.core.StoredEvent;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.Decided;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.events.EventMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What commands on a stream decide to write, as it is stored. */
record Encoding(EventCodec codec, String stream) {

  /**
   * The events of a command.
   *
   * @param begins whether the first of them is the first of the stream
   */
  <E> Decided<E> encode(Asked<?> asked, List<E> events, boolean begins) {
    CommandIdentity identity = asked.identity();
    byte[] beside = EventMetadata.write(asked.context(), identity, false);
    List<E> read = new ArrayList<>(events.size());
    List<StoredEvent> stored = new ArrayList<>(events.size());
    for (E event : events) {
      EventCodec.Encoded<E> encoded = codec.encode(event);
      UUID id = identity.eventId(stream, stored.size(), encoded.type(), encoded.data());
      boolean first = begins && stored.isEmpty();
      stored.add(
          encoded.stored(
              id, first ? EventMetadata.write(asked.context(), identity, true) : beside));
      read.add(encoded.event());
    }
    return new Decided<>(read, stored);
  }
}
