package dev.foldline.core.commands;

import dev.foldline.core.NamedId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * By what a command is known when it comes again.
 *
 * @param key the caller's, or one of this call alone
 * @param ordinal which command of its call on its stream it is, from 0
 * @param request what the caller asked; null for a key of this call alone
 */
public record CommandIdentity(String key, int ordinal, @Nullable KeyedRequest request) {

  /** The identity of a call that has no key. */
  public static CommandIdentity ofThisCall() {
    return new CommandIdentity(UUID.randomUUID().toString(), 0, null);
  }

  /** The identity of a command that a request with a key leads to. */
  public static CommandIdentity of(KeyedRequest request, int ordinal) {
    return new CommandIdentity(request.key(), ordinal, request);
  }

  /** Whether the key is the caller's, so that it is written beside the events. */
  public boolean isCallers() {
    return request != null;
  }

  /** What was asked, as it is stored; empty for a key of this call alone. */
  public String mac() {
    return request == null ? "" : request.mac();
  }

  /** Whether a command under the same key was asked for by something else. */
  boolean differsFrom(RecentKeys.Entry before) {
    return request != null && !request.mayBe(before.request());
  }

  /**
   * The id of an event of the command: a UUID of version 5 over all that makes it that event. The
   * store takes an append of ids that it has for a repeat, so what is decided otherwise must have
   * others.
   *
   * @param index which one of the command's
   */
  public UUID eventId(String stream, int index, String type, byte[] data) {
    return NamedId.of(data, stream, key, mac(), "" + ordinal, "" + index, type, "");
  }
}
