package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptions;
import dev.foldline.embedded.log.LogEvent;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Chooses events of $all by their stream's name or their type: a regular expression (searched for,
 * not matched whole), or else any of some prefixes.
 */
public record EventFilter(boolean byStream, Predicate<String> expression)
    implements Predicate<LogEvent> {

  /**
   * Far more steps than any sensible expression takes on a name; a pathological one ends its call
   * there.
   */
  private static final int MAX_STEPS = 1_000_000;

  public static EventFilter of(boolean byStream, String regex, List<String> prefixes) {
    if (regex.isEmpty()) {
      List<String> any = List.copyOf(prefixes);
      return new EventFilter(byStream, name -> any.stream().anyMatch(name::startsWith));
    }
    try {
      Pattern pattern = Pattern.compile(regex);
      return new EventFilter(
          byStream, name -> pattern.matcher(new Bounded(name, new AtomicInteger())).find());
    } catch (PatternSyntaxException e) {
      throw Errors.unknown("The regular expression is invalid: " + e.getDescription());
    }
  }

  static EventFilter of(FilterOptions filter) {
    return switch (filter.getFilterCase()) {
      case STREAM_IDENTIFIER ->
          of(
              true,
              filter.getStreamIdentifier().getRegex(),
              filter.getStreamIdentifier().getPrefixList());
      case EVENT_TYPE ->
          of(false, filter.getEventType().getRegex(), filter.getEventType().getPrefixList());
      case FILTER_NOT_SET ->
          throw Errors.invalidArgument("The filter names neither stream nor type");
    };
  }

  @Override
  public boolean test(LogEvent event) {
    return expression.test(byStream ? event.stream() : event.type());
  }

  /**
   * Text that can be looked at only so often: regular expressions of strangers may take for ever.
   */
  private record Bounded(CharSequence text, AtomicInteger steps) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (steps.incrementAndGet() > MAX_STEPS) {
        throw Errors.unknown("The regular expression takes too long");
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Bounded(text.subSequence(start, end), steps);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
