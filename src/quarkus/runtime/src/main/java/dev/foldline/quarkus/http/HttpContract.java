package dev.foldline.quarkus.http;

import dev.foldline.core.Conflict;
import dev.foldline.core.Forbidden;
import dev.foldline.core.Invalid;
import dev.foldline.core.KeyReused;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.StepAnswered;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.reactions.ProcessProgress;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.vertx.core.http.HttpMethod;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What may be sent to a function, and what it may answer, beside its own input and result: for
 * documents, from what the routes go by.
 */
public final class HttpContract {

  private static final String TAG = CommandHeaders.ENTITY_TAG.pattern();

  private static final Header CORRELATION =
      new Header(
          CommandHeaders.CORRELATION_ID,
          "The $correlationId of the events; without it, a new one is made.",
          HttpCall.PRINTABLE.pattern());

  private static final Header TOKEN =
      new Header(
          ConsistencyToken.HEADER,
          "What an answer gave: the answer to a query is not from before that.",
          "[!-~\\x80-\\xFF]+@[0-9]{1,18}");

  private static final Header ETAG =
      new Header("ETag", "The revision that it is from, in quotes.", "\"[0-9]+\"");

  private static final Header PREFERENCE_APPLIED =
      new Header("Preference-Applied", "For how long it was waited at most.", "wait=[0-9]+");

  private HttpContract() {}

  /**
   * A header, of a request or an answer.
   *
   * @param pattern of all that it may be
   */
  public record Header(String name, String description, String pattern) {}

  /**
   * A problem that a function may answer.
   *
   * @param code empty for those of the application's own
   * @param headers of the answer
   */
  public record Known(int status, String code, Set<String> headers) {

    private static Known of(Outcome outcome, String... headers) {
      return new Known(
          outcome.status(),
          outcome.problem().code(),
          headers.length == 0 ? outcome.headers().keySet() : Set.of(headers));
    }

    private static Known of(Throwable failure) {
      return of(Outcome.of(failure, ""));
    }
  }

  /** What a function that is called by a method answers where all is well. */
  public static Type answer(FunctionInvoker function) {
    return switch (FunctionKind.of(function)) {
      case COMMAND -> FunctionAnswer.Done.class;
      case PROCESS -> ProcessProgress.class;
      case OPERATION, QUERY, ANY -> function.getOutputType();
    };
  }

  /** What it answers where something is not. */
  public static Class<?> problem() {
    return Outcome.Problem.class;
  }

  /** The headers that a function listens to. */
  public static List<Header> asked(FunctionKind kind, HttpMethod method) {
    if (kind == FunctionKind.OPERATION) {
      return List.of();
    }
    Header prefer =
        new Header("Prefer", "wait=seconds: for how long its caller prefers to wait.", ".*");
    return method.equals(HttpMethod.POST)
        ? List.of(
            new Header(
                CommandHeaders.IDEMPOTENCY_KEY,
                "Makes a repeat safe: it gets the first receipt again.",
                HttpCall.PRINTABLE.pattern()),
            new Header(
                CommandHeaders.IF_MATCH,
                "Only if this is the stream's last revision, or, of *, if it has events.",
                "\\*|" + TAG),
            new Header(CommandHeaders.IF_NONE_MATCH, "Only if the stream has no events.", "\\*"),
            prefer,
            CORRELATION,
            new Header(
                CommandHeaders.CAUSATION_ID,
                "The $causationId of the events.",
                HttpCall.PRINTABLE.pattern()),
            new Header(HttpCall.TRACEPARENT, "Of W3C Trace Context.", ".*"))
        : List.of(
            new Header(
                CommandHeaders.IF_NONE_MATCH,
                "The tags that its caller has: if one is the answer's, that is a 304.",
                "\\*|" + TAG + "([ \\t]*,[ \\t]*" + TAG + ")*"),
            prefer,
            TOKEN);
  }

  /** The headers that an answer may have where all is well. */
  public static List<Header> answered(FunctionKind kind, HttpMethod method) {
    Header replayed =
        new Header("Idempotency-Replayed", "Whether it is the receipt of a call before.", "true");
    Header location = new Header("Location", "The query that tells how far the process is.", ".+");
    return switch (kind) {
      case COMMAND -> List.of(ETAG, TOKEN, CORRELATION, replayed);
      case PROCESS -> List.of(location, TOKEN, CORRELATION, PREFERENCE_APPLIED);
      case OPERATION -> List.of();
      case QUERY -> ofQuery();
      case ANY -> method.equals(HttpMethod.POST) ? List.of(CORRELATION) : ofQuery();
    };
  }

  private static List<Header> ofQuery() {
    return List.of(
        ETAG,
        TOKEN,
        new Header(Consistency.HEADER, "How it was answered.", "read-model|waited|folded"),
        PREFERENCE_APPLIED);
  }

  /**
   * What it may answer where something is not well.
   *
   * @param isSecured whether not everybody may call it
   * @param authenticates whether the application finds out who is calling
   */
  public static List<Known> problems(
      FunctionKind kind, HttpMethod method, boolean isSecured, boolean authenticates) {
    boolean isCommand = kind.isCommand() || kind == FunctionKind.ANY;
    return Stream.of(
            ofAll(),
            when(isSecured || authenticates || kind != FunctionKind.QUERY, unauthorized()),
            when(isSecured || kind != FunctionKind.QUERY, forbidden()),
            when(method.equals(HttpMethod.POST), ofBodies()),
            when(isCommand, ofCommands()),
            when(kind == FunctionKind.OPERATION, ofOperations()),
            when(kind == FunctionKind.QUERY || kind == FunctionKind.ANY, ofQueries()))
        .flatMap(problems -> problems)
        .distinct()
        .toList();
  }

  private static Stream<Known> when(boolean condition, Stream<Known> problems) {
    return condition ? problems : Stream.empty();
  }

  private static Stream<Known> ofAll() {
    return Stream.concat(
        Stream.of(
                new Invalid("", ""),
                new NotFound(""),
                new UnknownEvent("", ""),
                new Truncated(""),
                new Unavailable(""),
                new Unavailable("overloaded", ""))
            .map(Known::of),
        Stream.of(
            Known.of(Outcome.ofStatus(400, "")),
            Known.of(Outcome.ofStatus(404, "")),
            Known.of(Outcome.ofStatus(405, ""), "Allow"),
            Known.of(Outcome.ofStatus(500, ""))));
  }

  private static Stream<Known> unauthorized() {
    return Stream.of(Known.of(Outcome.ofStatus(401, ""), "WWW-Authenticate"));
  }

  /** Of a command, by its decider's guard too. */
  private static Stream<Known> forbidden() {
    return Stream.of(Known.of(new Forbidden()));
  }

  private static Stream<Known> ofBodies() {
    return IntStream.of(413, 415).mapToObj(status -> Known.of(Outcome.ofStatus(status, "")));
  }

  private static Stream<Known> ofCommands() {
    return Stream.concat(
        Stream.of(
                new Conflict(""),
                new PreconditionFailed("", 0),
                new TooLarge(""),
                new KeyReused(),
                new OutcomeUnknown(""))
            .map(Known::of),
        Stream.of(refused()));
  }

  private static Stream<Known> ofOperations() {
    return Stream.concat(
        Stream.of(new Conflict(""), new StepAnswered(""), new TooLarge(""), new OutcomeUnknown(""))
            .map(Known::of),
        Stream.of(refused()));
  }

  /** What the business says no to is the application's own. */
  private static Known refused() {
    return new Known(422, "", Set.of());
  }

  private static Stream<Known> ofQueries() {
    return Stream.of(Known.of(new Unavailable("read-model-behind", "")));
  }
}
