package dev.foldline.redis;

import dev.foldline.core.Away;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.CompositeException;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells what went wrong in a call: Redis is away, or can't do it now; or the call is a bug. */
final class Failures {

  /** What Redis, or a connection to it, is in for a while. */
  private static final Set<String> STATES =
      Set.of(
          "ASK",
          "BUSY",
          "CLUSTERDOWN",
          "CONNECTION_CLOSED",
          "DENIED",
          "LOADING",
          "MASTERDOWN",
          "MISCONF",
          "MOVED",
          "NOAUTH",
          "NOPERM",
          "NOREPLICAS",
          "NOSCRIPT",
          "OOM",
          "READONLY",
          "TRYAGAIN",
          "UNBLOCKED",
          "WRONGPASS");

  /** What our scripts find in the data. */
  private static final Set<String> FOUND = Set.of("LOST", "FOREIGN");

  /** An error's code; where a script met it, Redis 6 tells that first. */
  private static final Pattern ERROR =
      Pattern.compile("(?:ERR Error running script .*?-)?([A-Z_]+) ?(.*)", Pattern.DOTALL);

  private Failures() {}

  /** What a caller is told. Addresses are for the log. */
  static RuntimeException of(Throwable failure) {
    List<RuntimeException> all =
        failure instanceof CompositeException several
            ? several.getCauses().stream().map(Failures::ofOne).toList()
            : List.of(ofOne(failure));
    return all.stream()
        .filter(each -> !(each instanceof Unavailable))
        .findFirst()
        .orElseGet(all::getFirst);
  }

  /** The first of several, where a pipeline failed. */
  static Throwable first(Throwable failure) {
    return failure instanceof CompositeException several ? several.getCauses().getFirst() : failure;
  }

  private static RuntimeException ofOne(Throwable failure) {
    return switch (failure) {
      case TimeoutException _ -> new Away("Redis did not answer in time");
      case ErrorType error -> ofAnswer(String.valueOf(error.getMessage()), error);
      default -> new Away("Redis is away");
    };
  }

  private static RuntimeException ofAnswer(String answer, Throwable error) {
    Matcher found = ERROR.matcher(answer);
    if (found.matches() && FOUND.contains(found.group(1))) {
      return new Unavailable(found.group(2));
    }
    return state(answer)
        .<RuntimeException>map(state -> new Away("Redis can't do that now: " + state))
        .orElseGet(
            () -> new IllegalStateException("Redis refuses what it was asked: " + answer, error));
  }

  /** What Redis is in for a while, if it is that what an answer tells. */
  private static Optional<String> state(String answer) {
    if (answer.startsWith("ERR max number of clients")) {
      return Optional.of("busy");
    }
    Matcher found = ERROR.matcher(answer);
    return Optional.of(found.matches() ? found.group(1) : "").filter(STATES::contains);
  }

  /** Whether a connection may be used again: it answered, and not that its Redis is in a state. */
  static boolean spares(Throwable failure) {
    return failure instanceof CompositeException several
        ? several.getCauses().stream().allMatch(Failures::spares)
        : failure instanceof ErrorType error && state(String.valueOf(error.getMessage())).isEmpty();
  }
}
