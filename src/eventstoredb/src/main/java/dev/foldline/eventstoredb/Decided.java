package dev.foldline.eventstoredb;

import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.TooLarge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a batch decided on a state: the events to append, and who gets which answer once they are.
 *
 * <p>Used by one thread at a time.
 */
final class Decided<C, S, E> {

  /** The store takes 1 MiB in one append; the client adds to the metadata of each event. */
  private static final int MAX_BYTES = 900_000;

  private static final int MAX_EVENTS = 1_000;
  private static final int ADDED_BY_CLIENT = 100;

  private sealed interface Answer {

    /** Known already, whatever becomes of the append. */
    record Fact(Receipt receipt) implements Answer {}

    /** A receipt that is true once the events are in the stream. */
    record Done(long revision, boolean wrote, boolean repeated) implements Answer {}

    /** A failure that is true on a verified state. */
    record Failed(Throwable failure) implements Answer {}
  }

  private final Batch<C, S, E> batch;
  private final Folded<S> base;
  private final List<StoredEvent> events = new ArrayList<>();
  private final Map<Call<C, S, E>, Answer> answers = new LinkedHashMap<>();
  private final RecentKeys keys;
  private S state;
  private int bytes;
  private int calls;

  /** Whether an answer that writes nothing says something of the state. */
  private boolean restsOnState;

  /** Whether the same events may be in the stream already, appended for the same key. */
  private boolean mayBeRepeated;

  Decided(Batch<C, S, E> batch, Folded<S> base) {
    this.batch = batch;
    this.base = base;
    this.keys = base.keys().none();
    this.state = base.state();
  }

  Batch<C, S, E> batch() {
    return batch;
  }

  Folded<S> base() {
    return base;
  }

  List<StoredEvent> events() {
    return events;
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

  void next() {
    calls++;
  }

  /** The same command where it was done before, or is in this batch. */
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
   * @throws TooLarge if it is too much for any append
   */
  boolean hasRoomFor(List<StoredEvent> more) {
    if (size(more) > MAX_BYTES) {
      throw new TooLarge(batch.stream());
    }
    return events.isEmpty()
        || (events.size() + more.size() <= MAX_EVENTS && bytes + size(more) <= MAX_BYTES);
  }

  void add(Call<C, S, E> call, List<StoredEvent> more, S after) {
    events.addAll(more);
    bytes += size(more);
    state = after;
    restsOnState |= more.isEmpty();
    answers.put(call, new Answer.Done(revision(), !more.isEmpty(), false));
    CommandIdentity identity = call.identity();
    if (identity.isCallers() && !more.isEmpty()) {
      mayBeRepeated = true;
      keys.add(
          new RecentKeys.Entry(
              identity.key(), identity.ordinal(), identity.mac(), revision(), base.keys().now()));
    }
  }

  void repeat(Call<C, S, E> call, RecentKeys.Entry before) {
    answers.put(
        call,
        before.revision() > base.revision()
            ? new Answer.Done(before.revision(), false, true)
            : new Answer.Fact(new Receipt(batch.stream(), before.revision(), true)));
  }

  void answer(Call<C, S, E> call, Receipt receipt) {
    answers.put(call, new Answer.Fact(receipt));
  }

  void refuse(Call<C, S, E> call, Throwable failure) {
    restsOnState = true;
    answers.put(call, new Answer.Failed(failure));
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
  Folded<S> appended(Appended end) {
    if (end.position() < 0) {
      return base;
    }
    long shift = shift(end.revision());
    keys.entries().forEach(entry -> base.keys().add(entry.at(entry.revision() + shift)));
    UUID last = events.getLast().id();
    return new Folded<>(state, end.revision(), end.position(), last, base.keys());
  }

  /** Gives everyone the answer, which is true now that nothing had to be appended. */
  void answer() {
    answer(base.revision());
  }

  /** Gives those their answer whose events are in the stream already. */
  void answerWhatIsKnown() {
    answers.forEach(
        (call, answer) -> {
          if (answer instanceof Answer.Fact(Receipt receipt)) {
            call.done(receipt);
          }
        });
  }

  /**
   * Gives everyone the answer, which is true now that the events are in the stream.
   *
   * @param end the revision of the last of them
   */
  void answer(long end) {
    answers.forEach((call, answer) -> answer(call, answer, end));
  }

  private void answer(Call<C, S, E> call, Answer answer, long end) {
    switch (answer) {
      case Answer.Fact(Receipt receipt) -> call.done(receipt);
      case Answer.Done done -> call.done(receipt(done, end));
      case Answer.Failed(Throwable failure) -> call.fail(failure);
    }
  }

  private Receipt receipt(Answer.Done done, long end) {
    boolean unmoved = done.revision() == base.revision();
    long revision = unmoved ? base.revision() : done.revision() + shift(end);
    return new Receipt(batch.stream(), revision, done.repeated());
  }

  /** The revisions of a stream that was deleted go on where it is begun anew. */
  private long shift(long end) {
    return end - revision();
  }

  /**
   * Gives everyone the answer where the append failed.
   *
   * @param unsure whether the events may be in the stream all the same
   */
  void fail(Throwable failure, boolean unsure) {
    answers.forEach(
        (call, answer) -> {
          switch (answer) {
            case Answer.Fact(Receipt receipt) -> call.done(receipt);
            case Answer.Done(_, boolean wrote, boolean repeated)
                when unsure && (wrote || repeated) ->
                call.fail(new OutcomeUnknown(batch.stream()));
            case Answer.Done _, Answer.Failed _ -> call.fail(failure);
          }
        });
  }

  /** The commands that were left. */
  Batch<C, S, E> rest() {
    return batch.from(calls);
  }
}
