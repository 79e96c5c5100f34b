package dev.foldline.eventstoredb;

import dev.foldline.core.Decider;
import dev.foldline.core.KeyReused;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.eventstoredb.EventCodec.Encoded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commands for one stream that are decided one after another and appended together.
 *
 * <p>Used by one thread at a time.
 */
final class Batch<C, S, E> {

  private final Decider<C, S, E> decider;
  private final String stream;
  private final EventCodec codec;
  private final List<Call<C, S, E>> calls;
  private final CommandListener listener;

  /** What the callers said beside their commands. */
  private final List<CommandContext> contexts;

  /** Who sent the events with these ids. */
  private final Map<UUID, Call<C, S, E>> sent = new HashMap<>();

  /** Whose events were found in the stream, and the last of them. */
  private final Map<Call<C, S, E>, Recorded<StoredEvent>> found = new HashMap<>();

  Batch(
      Decider<C, S, E> decider,
      String stream,
      EventCodec codec,
      List<Call<C, S, E>> calls,
      CommandListener listener) {
    this.decider = decider;
    this.stream = stream;
    this.codec = codec;
    this.calls = calls;
    this.listener = listener;
    this.contexts = calls.stream().map(Call::context).toList();
  }

  Decider<C, S, E> decider() {
    return decider;
  }

  String stream() {
    return stream;
  }

  boolean isEmpty() {
    return calls.isEmpty();
  }

  /** A step begins that is for all who wait. */
  CommandListener.Begun began(CommandListener.Step step) {
    return listener.began(step, stream, contexts);
  }

  /** Whether nobody waits for an answer any more. */
  boolean isOver() {
    return calls.stream().allMatch(Call::isOver);
  }

  /** What was sent is not in the stream: an event with such an id is another instance's. */
  void wroteNothing() {
    sent.clear();
  }

  /** Sees an event that came into the stream while the batch was at work: it may be its own. */
  void witness(Recorded<StoredEvent> event) {
    @Nullable Call<C, S, E> call = sent.get(event.eventId());
    if (call != null) {
      found.put(call, event);
    }
  }

  /** What is left of it once some of it was decided. */
  Batch<C, S, E> from(int first) {
    return new Batch<>(decider, stream, codec, calls.subList(first, calls.size()), listener);
  }

  /** Whether several commands would be appended together. */
  boolean isShared() {
    return calls.size() > 1;
  }

  /** Each command that has no answer yet alone, in their order. */
  List<Batch<C, S, E>> alone() {
    return calls.stream()
        .filter(call -> !call.isOver())
        .map(call -> new Batch<>(decider, stream, codec, List.of(call), listener))
        .toList();
  }

  /**
   * Decides one command after another, each on the state that the last one left, as far as the
   * events fit in one append and their revisions need not be known.
   */
  Decided<C, S, E> decide(Folded<S> base) {
    Decided<C, S, E> decided = new Decided<>(this, base);
    for (Call<C, S, E> call : calls) {
      if (!call.isOver() && !decide(call, decided)) {
        break;
      }
      decided.next();
    }
    return decided;
  }

  /** Whether it could be decided before what was decided is appended. */
  private boolean decide(Call<C, S, E> call, Decided<C, S, E> decided) {
    try {
      @Nullable Recorded<StoredEvent> last = found.get(call);
      RecentKeys.@Nullable Entry before = decided.before(call.identity());
      if (last != null) {
        decided.answer(call, new Receipt(stream, last.revision(), false));
      } else if (decided.isReused(call.identity())) {
        throw new KeyReused();
      } else if (before != null) {
        decided.repeat(call, before);
      } else if (decided.revisionsAreOpen()
          && !(call.context().precondition() instanceof Precondition.None)) {
        return false;
      } else if (!call.context().precondition().holds(decided.revision())) {
        throw new PreconditionFailed(stream, decided.revision());
      } else {
        List<Encoded<E>> events =
            events(call, decided.state()).stream().map(codec::encode).toList();
        if (!events.isEmpty() && decided.isPast(call.identity())) {
          throw new Refused(
              "past-its-turn",
              "this command of the request had no effect before the ones that came after it");
        }
        S state = decider.fold(decided.state(), events.stream().map(Encoded::event).toList());
        List<StoredEvent> stored = stored(call, events, decided.revision() < 0);
        if (!decided.hasRoomFor(stored)) {
          return false;
        }
        if (stored.isEmpty() || call.send()) {
          stored.forEach(event -> sent.put(event.id(), call));
          decided.add(call, stored, state);
        }
      }
    } catch (RuntimeException | Error e) {
      decided.refuse(call, e);
    }
    return true;
  }

  private List<E> events(Call<C, S, E> call, S state) {
    CommandListener.Begun deciding =
        listener.began(CommandListener.Step.DECIDE, stream, List.of(call.context()));
    try {
      List<E> events = decider.decide().apply(call.command(), state);
      deciding.ended(null);
      return events;
    } catch (RuntimeException | Error e) {
      deciding.ended(e);
      throw e;
    }
  }

  private List<StoredEvent> stored(Call<C, S, E> call, List<Encoded<E>> events, boolean begins) {
    byte[] metadata = Metadata.write(call.context(), call.identity(), false);
    List<StoredEvent> stored = new ArrayList<>(events.size());
    for (Encoded<E> event : events) {
      UUID id = call.identity().eventId(stream, stored.size(), event.type(), event.data());
      byte[] beside =
          begins && stored.isEmpty()
              ? Metadata.write(call.context(), call.identity(), true)
              : metadata;
      stored.add(event.stored(id, beside));
    }
    return stored;
  }

  /** Fails all that have no answer yet. */
  void fail(Throwable failure) {
    calls.forEach(call -> call.fail(failure));
  }
}
