package dev.foldline.core.commands;

import dev.foldline.core.Appended;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.Refused;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.TooLarge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was decided on a state: the events to append, and which command gets which answer once they
 * are. Used by one thread at a time.
 */
final class Decision<S> {

  /** The store takes 1 MiB in one append; the client adds to the metadata of each event. */
  private static final int MAX_BYTES = 900_000;

  private static final int MAX_EVENTS = 1_000;
  private static final int ADDED_BY_CLIENT = 100;

  private sealed interface Reply {

    /** Known already, whatever becomes of the append. */
    record Fact(Receipt receipt) implements Reply {}

    /** A receipt that is true once the events are in the stream. */
    record Done(long revision, boolean wrote, boolean repeated) implements Reply {}

    /** An effect was refused, which is true once its mark is in the stream. */
    record Marked(String code) implements Reply {}

    /** A failure that says nothing of the state. */
    record Left(Throwable failure) implements Reply {}

    /** A failure that is true on a verified state. */
    record Failed(Throwable failure) implements Reply {}
  }

  private final String stream;
  private final StreamState<S> base;
  private final boolean alone;
  private final List<StoredEvent> events = new ArrayList<>();
  private final Map<UUID, Integer> writers = new HashMap<>();
  private final Map<Integer, Reply> replies = new LinkedHashMap<>();
  private final RecentKeys keys;
  private final Map<UUID, Handled> effects = new LinkedHashMap<>();
  private S state;
  private long unmarked;
  private int bytes;

  /** Whether an answer that writes nothing says something of the state. */
  private boolean restsOnState;

  /** Whether the same events may be in the stream already, appended for the same key. */
  private boolean mayBeRepeated;

  /**
   * @param alone whether the events of one command only are appended
   */
  Decision(String stream, StreamState<S> base, boolean alone) {
    this.stream = stream;
    this.base = base;
    this.alone = alone;
    this.keys = base.keys().none();
    this.state = base.state();
    this.unmarked = base.unmarked();
  }

  StreamState<S> base() {
    return base;
  }

  List<StoredEvent> events() {
    return events;
  }

  /** Which command each event is of, by its id. */
  Map<UUID, Integer> writers() {
    return writers;
  }

  /**
   * Whether the state has to be verified before the answers are given. An append at its revision
   * does so, but not one that may be a repeat: the store takes that for the first one, wherever the
   * stream is by now.
   */
  boolean mustBeVerified() {
    return restsOnState && (events.isEmpty() || mayBeRepeated);
  }

  boolean mayBeRepeated() {
    return mayBeRepeated;
  }

  /** Whether its events may get other revisions: a stream that was deleted goes on from its old. */
  boolean revisionsAreOpen() {
    return base.revision() < 0 && !events.isEmpty();
  }

  S state() {
    return state;
  }

  long revision() {
    return base.revision() + events.size();
  }

  /** The revision of the last event that is no mark. */
  long unmarked() {
    return unmarked;
  }

  /** The same command where it was done before, or is decided here already. */
  RecentKeys.@Nullable Entry before(CommandIdentity identity) {
    if (!(identity instanceof CommandIdentity.OfRequest request)) {
      return null;
    }
    RecentKeys.@Nullable Entry entry = keys.find(request.key(), request.ordinal());
    return entry == null ? base.keys().find(request.key(), request.ordinal()) : entry;
  }

  /** Whether its key came with something else that was asked. */
  boolean isReused(CommandIdentity identity) {
    if (!(identity instanceof CommandIdentity.OfRequest request)) {
      return false;
    }
    RecentKeys.@Nullable Entry entry = latest(request);
    return entry != null && request.differsFrom(entry);
  }

  /**
   * Whether a later command of the same request is done. They are handled one after another, so
   * this one was answered before that, without an effect, and must not have one now.
   */
  boolean isPast(CommandIdentity identity) {
    if (!(identity instanceof CommandIdentity.OfRequest request)) {
      return false;
    }
    RecentKeys.@Nullable Entry entry = latest(request);
    return entry != null && entry.ordinal() > request.ordinal();
  }

  private RecentKeys.@Nullable Entry latest(CommandIdentity.OfRequest request) {
    RecentKeys.@Nullable Entry here = keys.latest(request.key());
    return here == null ? base.keys().latest(request.key()) : here;
  }

  /** What became of an effect: here, or before. */
  @Nullable Handled handled(CommandIdentity.OfEffect effect) {
    @Nullable Handled here = effects.get(effect.key());
    @Nullable Handled before = here == null ? base.effects().find(effect.key()) : here;
    return before == null ? effect.earlier().find(effect.key()) : before;
  }

  /**
   * Whether the events of another command fit into the append.
   *
   * @throws TooLarge if they fit into none
   */
  boolean hasRoomFor(List<StoredEvent> more) {
    if (size(more) > MAX_BYTES) {
      throw new TooLarge(stream);
    }
    return events.isEmpty()
        || (!alone && events.size() + more.size() <= MAX_EVENTS && bytes + size(more) <= MAX_BYTES);
  }

  void add(int command, Asked<?> asked, List<StoredEvent> more, S after) {
    append(command, more, after);
    restsOnState |= more.isEmpty();
    long reached = unmarked < 0 ? -1 : revision(); // marks alone are no stream
    replies.put(command, new Reply.Done(reached, !more.isEmpty(), false));
    if (asked.identity() instanceof CommandIdentity.OfRequest request && !more.isEmpty()) {
      mayBeRepeated = true;
      keys.add(
          new RecentKeys.Entry(
              request.key(),
              request.ordinal(),
              request.request().mac(),
              asked.context().caller().subject(),
              revision(),
              base.keys().now()));
    }
  }

  /**
   * An effect takes place here, or is refused.
   *
   * @param refused why; empty if it takes place
   */
  void handle(
      int command,
      CommandIdentity.OfEffect effect,
      String refused,
      List<StoredEvent> more,
      S after) {
    append(command, more, after);
    mayBeRepeated = true;
    effects.put(effect.key(), new Handled(effect.key(), refused, revision(), -1, effect.digest()));
    replies.put(
        command,
        refused.isEmpty() ? new Reply.Done(revision(), true, false) : new Reply.Marked(refused));
  }

  private void append(int command, List<StoredEvent> more, S after) {
    for (StoredEvent event : more) {
      writers.put(event.id(), command);
      events.add(event);
      bytes += size(event);
      unmarked = event.isMark() ? unmarked : revision();
    }
    state = after;
  }

  /** An effect that was handled before, or is here. */
  void repeat(int command, Handled handled) {
    boolean isHere = effects.containsKey(handled.key());
    replies.put(
        command,
        handled.isDone()
            ? isHere
                ? new Reply.Done(handled.revision(), true, false)
                : new Reply.Fact(new Receipt(stream, handled.revision(), false))
            : isHere
                ? new Reply.Marked(handled.refused())
                : new Reply.Left(new Refused(handled.refused())));
  }

  /**
   * Nothing is done, as too little is known of the stream. One that was absent when last seen is
   * looked at again first: whatever is read back of it since would not be enough for that state.
   */
  void leave(int command, NotReached reason) {
    if (base.revision() < 0) {
      refuse(command, reason);
    } else {
      replies.put(command, new Reply.Left(reason));
    }
  }

  /**
   * @param inAnyState whether its caller may be told whatever the state is, not just in this one
   */
  void repeat(int command, RecentKeys.Entry before, boolean inAnyState) {
    restsOnState |= !inAnyState;
    replies.put(
        command,
        inAnyState && before.revision() <= base.revision()
            ? new Reply.Fact(new Receipt(stream, before.revision(), true))
            : new Reply.Done(before.revision(), false, true));
  }

  void answer(int command, Receipt receipt) {
    replies.put(command, new Reply.Fact(receipt));
  }

  void refuse(int command, Throwable failure) {
    restsOnState = true;
    replies.put(command, new Reply.Failed(failure));
  }

  private static int size(List<StoredEvent> events) {
    int size = 0;
    for (StoredEvent event : events) {
      size += size(event);
    }
    return size;
  }

  private static int size(StoredEvent event) {
    return event.size() + ADDED_BY_CLIENT;
  }

  /**
   * The stream after the append, its keys included; as it was, where the store took the append for
   * one whose events are gone.
   */
  StreamState<S> appended(Appended end) {
    if (end.position() < 0) {
      return base;
    }
    long shift = shift(end.revision());
    keys.entries().forEach(entry -> base.keys().add(entry.at(entry.revision() + shift)));
    if (shift > 0) {
      base.effects().forget(end.position()); // those of the stream that was deleted
    }
    effects
        .values()
        .forEach(each -> base.effects().add(each.at(each.revision() + shift, end.position())));
    return new StreamState<>(
        state,
        end.revision(),
        end.position(),
        events.getLast().id(),
        unmarked > base.unmarked() ? unmarked + shift : unmarked,
        base.keys(),
        base.effects());
  }

  /**
   * Everyone's answer, which is true now that the events are in the stream.
   *
   * @param end the revision of the last of them
   */
  Map<Integer, Answer> answers(long end) {
    Map<Integer, Answer> answers = new HashMap<>();
    replies.forEach(
        (command, reply) ->
            answers.put(
                command,
                switch (reply) {
                  case Reply.Fact(var receipt) -> new Answer.Done(receipt);
                  case Reply.Done done -> new Answer.Done(receipt(done, end));
                  case Reply.Marked(var code) -> new Answer.Failed(new Refused(code));
                  case Reply.Left(var failure) -> new Answer.Failed(failure);
                  case Reply.Failed(var failure) -> new Answer.Failed(failure);
                }));
    return answers;
  }

  private Receipt receipt(Reply.Done done, long end) {
    boolean unmoved = done.revision() == base.revision();
    long revision = unmoved ? base.revision() : done.revision() + shift(end);
    return new Receipt(stream, revision, done.repeated());
  }

  /** The revisions of a stream that was deleted go on where it is begun anew. */
  private long shift(long end) {
    return end - revision();
  }

  /**
   * Everyone's answer where the append failed.
   *
   * @param unsure whether the events may be in the stream all the same
   */
  Map<Integer, Answer> failed(Throwable failure, boolean unsure) {
    Map<Integer, Answer> answers = new HashMap<>();
    replies.forEach(
        (command, reply) ->
            answers.put(
                command,
                switch (reply) {
                  case Reply.Fact(var receipt) -> new Answer.Done(receipt);
                  case Reply.Done(_, var wrote, var repeated) when unsure && (wrote || repeated) ->
                      new Answer.Failed(new OutcomeUnknown(stream));
                  case Reply.Marked _ when unsure -> new Answer.Failed(new OutcomeUnknown(stream));
                  case Reply.Left(var reason) -> new Answer.Failed(reason);
                  case Reply.Done _, Reply.Marked _, Reply.Failed _ -> new Answer.Failed(failure);
                }));
    return answers;
  }
}
