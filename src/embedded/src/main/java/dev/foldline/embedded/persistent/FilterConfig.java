package dev.foldline.embedded.persistent;

import dev.foldline.embedded.grpc.EventFilter;
import dev.foldline.embedded.log.LogEvent;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Which events of {@code $all} a group takes, by the name of their stream or by their type.
 *
 * @param regex to be found anywhere in the text; where it is empty, the prefixes count instead
 * @param prefixes of which one has to match; without any, none does
 */
record FilterConfig(Target target, String regex, List<String> prefixes) {

  FilterConfig {
    Objects.requireNonNull(target);
    Objects.requireNonNull(regex);
    prefixes = List.copyOf(prefixes);
  }

  enum Target {
    STREAM,
    TYPE
  }

  /**
   * The filter, ready to be used.
   *
   * @throws io.grpc.StatusRuntimeException if the expression is malformed
   */
  Predicate<LogEvent> predicate() {
    return EventFilter.of(target == Target.STREAM, regex, prefixes);
  }
}
