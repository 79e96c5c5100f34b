package dev.foldline.core.effects;

import dev.foldline.core.NamedId;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.Decided;
import dev.foldline.core.commands.Deciding;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How commands on a stream are decided, and what they lead to is stored. */
record Encoding(Rule broken, String stream)
    implements Deciding<Bank.Command, Bank.Ledger, Bank.Event> {

  /** What is told where nothing is marked. */
  static final class Nothing extends RuntimeException {
    private static final long serialVersionUID = 1;

    Nothing() {
      super("nothing to do", null, false, false);
    }
  }

  @Override
  public Decided<Bank.Event> decide(Asked<Bank.Command> asked, Bank.Ledger state, boolean begins) {
    List<Bank.Event> events = Bank.of(stream).decide().apply(asked.command(), state);
    if (events.isEmpty() && broken == Rule.NOTHING_TO_DO_IS_MARKED) {
      throw new Nothing();
    }
    List<StoredEvent> stored = new ArrayList<>();
    for (Bank.Event event : events) {
      stored.add(
          stored(
              asked,
              stored.size(),
              Bank.type(event),
              Bank.write(event),
              begins && stored.isEmpty()));
    }
    return new Decided<>(events, stored);
  }

  @Override
  public StoredEvent mark(Asked<Bank.Command> asked, String refused, boolean begins) {
    byte[] data = Text.bytes(refused + "," + asked.command().effect());
    return stored(asked, 0, StoredEvent.MARK, data, begins);
  }

  private StoredEvent stored(
      Asked<Bank.Command> asked, int index, String type, byte[] data, boolean begins) {
    @Nullable UUID key =
        asked.identity() instanceof CommandIdentity.OfEffect effect ? effect.key() : null;
    UUID id =
        broken == Rule.EVENT_IDS_HOLD_WHAT_IS_APPENDED && key != null
            ? NamedId.of(key.toString(), "" + index)
            : asked.identity().eventId(stream, asked.context().caller(), index, type, data);
    return new StoredEvent(id, type, data, new Log.Beside(key, begins).write());
  }
}
