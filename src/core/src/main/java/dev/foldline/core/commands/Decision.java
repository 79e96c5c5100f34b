package dev.foldline.core.commands;

import dev.foldline.core.Appended;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
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
  private S state;
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

  /** The same command where it was done before, or is decided here already. */
  RecentKeys.@Nullable Entry before(CommandIdentity identity) {
    if (!identity.isCallers()) {
      return null;
    }
    RecentKeys.@Nullable Entry entry = keys.find(identity.key(), identity.ordinal());
    return entry == null ? base.keys().find(identity.key(), identity.ordinal()) : entry;
  }

  /** Whether its key came with something else that was asked. */
  boolean isReused(CommandIdentity identity) {
    RecentKeys.@Nullable Entry entry = latest(identity);
    return entry != null && identity.differsFrom(entry);
  }

  /**
   * Whether a later command of the same request is done. They are handled one after another, so
   * this one was answered before that, without an effect, and must not have one now.
   */
  boolean isPast(CommandIdentity identity) {
    RecentKeys.@Nullable Entry entry = latest(identity);
    return entry != null && entry.ordinal() > identity.ordinal();
  }

  private RecentKeys.@Nullable Entry latest(CommandIdentity identity) {
    if (!identity.isCallers()) {
      return null;
    }
    RecentKeys.@Nullable Entry here = keys.latest(identity.key());
    return here == null ? base.keys().latest(identity.key()) : here;
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

  void add(int command, CommandIdentity identity, List<StoredEvent> more, S after) {
    more.forEach(event -> writers.put(event.id(), command));
    events.addAll(more);
    bytes += size(more);
    state = after;
    restsOnState |= more.isEmpty();
    replies.put(command, new Reply.Done(revision(), !more.isEmpty(), false));
    if (identity.isCallers() && !more.isEmpty()) {
      mayBeRepeated = true;
      keys.add(
          new RecentKeys.Entry(
              identity.key(), identity.ordinal(), identity.mac(), revision(), base.keys().now()));
    }
  }

  void repeat(int command, RecentKeys.Entry before) {
    replies.put(
        command,
        before.revision() > base.revision()
            ? new Reply.Done(before.revision(), false, true)
            : new Reply.Fact(new Receipt(stream, before.revision(), true)));
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
      size += event.size() + ADDED_BY_CLIENT;
    }
    return size;
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
    UUID last = events.getLast().id();
    return new StreamState<>(state, end.revision(), end.position(), last, base.keys());
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
                  case Reply.Done _, Reply.Failed _ -> new Answer.Failed(failure);
                }));
    return answers;
  }
}
