package dev.foldline.core.commands;

import dev.foldline.core.Caller;
import dev.foldline.core.NamedId;
import java.util.UUID;

/** By what a command is known when it comes again. */
public sealed interface CommandIdentity {

  /** The identity of a call that has no key. */
  static CommandIdentity ofThisCall() {
    return ofCall(UUID.randomUUID());
  }

  /** The same, of the random number that a process has next: so may have others of its image. */
  static CommandIdentity ofCall(UUID next) {
    return new OfCall(ProcessImage.name() + next);
  }

  /** The identity of a command that a request with a key leads to. */
  static CommandIdentity of(KeyedRequest request, int ordinal) {
    return new OfRequest(request, ordinal);
  }

  /**
   * The id of an event of the command: a UUID of version 5 over all that makes it that event. The
   * store takes an append of ids that it has for a repeat, so what is decided otherwise must have
   * others.
   *
   * @param caller whose it is: in the audit trail it is nobody else's
   * @param index which one of the command's
   */
  UUID eventId(String stream, Caller caller, int index, String type, byte[] data);

  /** One call alone: it never comes again. */
  record OfCall(String key) implements CommandIdentity {

    @Override
    public UUID eventId(String stream, Caller caller, int index, String type, byte[] data) {
      return NamedId.of(data, stream, caller.subject(), key, "" + index, type, "");
    }
  }

  /**
   * A caller's key.
   *
   * @param ordinal which command of its call on its stream it is, from 0
   * @param request what the caller asked
   */
  record OfRequest(KeyedRequest request, int ordinal) implements CommandIdentity {

    String key() {
      return request.key();
    }

    /** Whether a command under the same key was asked for by something else. */
    boolean differsFrom(RecentKeys.Entry before) {
      return !request.mayBe(before.request());
    }

    @Override
    public UUID eventId(String stream, Caller caller, int index, String type, byte[] data) {
      return NamedId.of(
          data, stream, caller.subject(), key(), request.mac(), "" + ordinal, "" + index, type, "");
    }
  }

  /**
   * The key of a reaction's effect.
   *
   * @param key of the effect: nothing else in the log of all streams has it
   * @param cause the position of the event that it follows from: the effect can only be behind it
   * @param earlier what was read back of the stream
   * @param refusal what becomes of a refusal
   * @param digest of the command; 0 where it has none
   * @param differs is run where the stream holds what another command came to
   */
  record OfEffect(
      UUID key, long cause, Earlier earlier, OnRefusal refusal, int digest, Runnable differs)
      implements CommandIdentity {

    /** One whose command is not compared with what the stream holds. */
    public OfEffect(UUID key, long cause, Earlier earlier, OnRefusal refusal) {
      this(key, cause, earlier, refusal, 0, () -> {});
    }

    @Override
    public UUID eventId(String stream, Caller caller, int index, String type, byte[] data) {
      return NamedId.of(data, key.toString(), "" + index, type, "");
    }
  }

  /** What becomes of a refusal of an effect's command. */
  enum OnRefusal {
    /** It is the effect's outcome, and stands in the stream as a mark. */
    MARK,
    /** Nothing: the command tells its stream what it has to take. */
    FAIL
  }
}
