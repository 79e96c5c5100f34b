package dev.foldline.quarkus.http;

import dev.foldline.core.Caller;
import dev.foldline.core.Causation;
import dev.foldline.core.Invalid;
import dev.foldline.core.Recorded;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.Precondition;
import dev.foldline.core.commands.RequestMacs;
import dev.foldline.eventstoredb.commands.Cause;
import dev.foldline.quarkus.FoldlineConfig;
import io.vertx.core.MultiMap;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the headers of the HTTP call of now say beside its command. Ask on the thread that the
 * function was called on.
 *
 * <p>{@code Idempotency-Key}; {@code If-Match} and {@code If-None-Match} of RFC 9110; {@code
 * Prefer: wait=seconds} of RFC 7240; {@code traceparent} of W3C Trace Context; {@code
 * X-Correlation-Id} and {@code X-Causation-Id}, as EventStoreDB's {@code $correlationId} and {@code
 * $causationId}.
 */
@Singleton
public final class CommandHeaders implements Supplier<CommandContext> {

  static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  static final String CORRELATION_ID = "X-Correlation-Id";
  static final String CAUSATION_ID = "X-Causation-Id";
  static final String IF_MATCH = "If-Match";
  static final String IF_NONE_MATCH = "If-None-Match";

  /** An entity tag of RFC 9110: weak or not, and what it says. */
  static final Pattern ENTITY_TAG = Pattern.compile("(W/)?\"([!#-~\\x80-\\xFF]*)\"");

  private static final Pattern REVISION = Pattern.compile("0|[1-9][0-9]{0,17}");

  /** The tag is none of ours, so no stream matches it. */
  private static final Precondition NEVER = new Precondition.Exactly(Long.MIN_VALUE);

  private final RequestMacs macs;
  private final CurrentCaller caller;
  private final Duration timeout;

  CommandHeaders(RequestMacs macs, CurrentCaller caller, FoldlineConfig config) {
    this.macs = macs;
    this.caller = caller;
    this.timeout = config.commands().timeout();
  }

  /**
   * What the call says, or follows from the event that is being handled; else the defaults.
   *
   * @throws Invalid naming a header that is malformed, or if its caller's name could not be stored
   */
  @Override
  public CommandContext get() {
    return HttpCall.current()
        .map(this::of)
        .or(() -> Cause.current().map(this::of))
        .orElseGet(() -> CommandContext.NONE.by(caller.get()));
  }

  private CommandContext of(HttpCall call) {
    call.hear();
    return new CommandContext(
        Callers.of(call.request()),
        call.keyed(macs),
        precondition(call),
        metadata(call),
        timeout(call));
  }

  private CommandContext of(Recorded<?> cause) {
    Map<String, String> metadata = new HashMap<>(Causation.of(cause));
    HttpCall.traceparent(Objects.toString(cause.metadata().get(HttpCall.TRACEPARENT), null))
        .ifPresent(traceparent -> metadata.put(HttpCall.TRACEPARENT, traceparent));
    return new CommandContext(
        Caller.ANONYMOUS, Optional.empty(), new Precondition.None(), metadata, timeout);
  }

  /** What is wrong where a call said something beside its command that was missed. */
  static Optional<IllegalStateException> missed(HttpCall call) {
    return call.isHeard() || !areIn(call)
        ? Optional.empty()
        : Optional.of(
            new IllegalStateException(
                "the command was handled on a thread that knows nothing of its call, so its caller"
                    + " is not recorded, and neither its idempotency key nor its precondition had"
                    + " an effect"));
  }

  private static boolean areIn(HttpCall call) {
    MultiMap headers = call.request().request().headers();
    return headers.contains(IDEMPOTENCY_KEY)
        || headers.contains(IF_MATCH)
        || headers.contains(IF_NONE_MATCH)
        || Callers.isKnown(call.request());
  }

  private static Precondition precondition(HttpCall call) {
    Optional<String> match = call.header(IF_MATCH);
    Optional<String> noneMatch = call.header(IF_NONE_MATCH);
    if (match.isPresent() && noneMatch.isPresent()) {
      throw new Invalid(IF_MATCH, IF_MATCH + " can't be given together with " + IF_NONE_MATCH);
    } else if (match.isPresent()) {
      return match.get().equals("*") ? new Precondition.MustExist() : exactly(match.get());
    } else if (noneMatch.isEmpty()) {
      return new Precondition.None();
    } else if (noneMatch.get().equals("*")) {
      return new Precondition.MustNotExist();
    } else {
      throw new Invalid(IF_NONE_MATCH, IF_NONE_MATCH + " of a command must be *");
    }
  }

  /** Compared strongly, as RFC 9110 has it for If-Match: a weak tag matches nothing. */
  private static Precondition exactly(String tag) {
    Matcher parts = ENTITY_TAG.matcher(tag);
    if (!parts.matches()) {
      throw new Invalid(IF_MATCH, IF_MATCH + " must be * or one entity tag such as \"7\"");
    }
    boolean ours = parts.group(1) == null && REVISION.matcher(parts.group(2)).matches();
    return ours ? new Precondition.Exactly(Long.parseLong(parts.group(2))) : NEVER;
  }

  /** A call that names no correlation begins one, and is its own cause. */
  private static Map<String, String> metadata(HttpCall call) {
    String correlation = call.word(CORRELATION_ID).orElseGet(HttpCall::id);
    call.answer(CORRELATION_ID, correlation);
    Map<String, String> metadata = new HashMap<>();
    metadata.put(Causation.CORRELATION, correlation);
    metadata.put(Causation.CAUSATION, call.word(CAUSATION_ID).orElse(correlation));
    call.traceparent().ifPresent(traceparent -> metadata.put(HttpCall.TRACEPARENT, traceparent));
    return metadata;
  }

  /** A caller may wait less than is configured, never more. */
  private Duration timeout(HttpCall call) {
    return call.preferredWait()
        .filter(preferred -> preferred.compareTo(timeout) < 0)
        .orElse(timeout);
  }
}
