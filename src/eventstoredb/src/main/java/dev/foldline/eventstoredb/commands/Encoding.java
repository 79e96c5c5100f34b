package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Caller;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.Decided;
import dev.foldline.core.commands.Deciding;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.events.EventMetadata;
import dev.foldline.eventstoredb.events.Mark;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;

/** What commands on a stream decide to write, as it is stored. */
record Encoding(EventCodec codec, String stream) {

  /**
   * How commands are decided on the stream.
   *
   * @param decide what a command leads to in a state
   */
  <C, S, E> Deciding<C, S, E> deciding(BiFunction<Asked<C>, S, List<E>> decide) {
    return new Deciding<>() {
      @Override
      public Decided<E> decide(Asked<C> asked, S state, boolean begins) {
        return encode(asked, decide.apply(asked, state), begins);
      }

      @Override
      public StoredEvent mark(Asked<C> asked, String refused, boolean begins) {
        return encodeMark(asked, refused, begins);
      }
    };
  }

  private <E> Decided<E> encode(Asked<?> asked, List<E> events, boolean begins) {
    CommandIdentity identity = asked.identity();
    Caller caller = asked.context().caller();
    byte[] beside = EventMetadata.write(asked.context(), identity, false);
    List<E> read = new ArrayList<>(events.size());
    List<StoredEvent> stored = new ArrayList<>(events.size());
    for (E event : events) {
      EventCodec.Encoded<E> encoded = codec.encode(event);
      UUID id = identity.eventId(stream, caller, stored.size(), encoded.type(), encoded.data());
      boolean first = begins && stored.isEmpty();
      stored.add(
          encoded.stored(
              id, first ? EventMetadata.write(asked.context(), identity, true) : beside));
      read.add(encoded.event());
    }
    return new Decided<>(read, stored);
  }

  private StoredEvent encodeMark(Asked<?> asked, String refused, boolean begins) {
    byte[] data = Mark.write(refused);
    return new StoredEvent(
        asked.identity().eventId(stream, asked.context().caller(), 0, StoredEvent.MARK, data),
        StoredEvent.MARK,
        data,
        EventMetadata.write(asked.context(), asked.identity(), begins));
  }
}
