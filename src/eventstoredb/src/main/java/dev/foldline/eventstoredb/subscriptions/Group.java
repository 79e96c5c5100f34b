package dev.foldline.eventstoredb.subscriptions;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A persistent subscription, as it is to be.
 *
 * @param name of the group
 * @param stream whose events it gets; null for those of all streams that match the filter
 * @param filter a regular expression of stream names, anchored; null for all streams
 * @param from where a new group begins
 * @param resolveLinks whether links are followed
 * @param strategy how the server spreads events over consumers
 * @param messageTimeout after which the server delivers an unsettled event again
 * @param maxRetries after how many redeliveries the server parks an event
 * @param bufferSize how many unsettled events this consumer has at most
 */
public record Group(
    String name,
    @Nullable String stream,
    @Nullable String filter,
    From from,
    boolean resolveLinks,
    Strategy strategy,
    Duration messageTimeout,
    int maxRetries,
    int bufferSize) {

  /** Where a group begins that is new. */
  public sealed interface From {

    /** With the first event. */
    record Start() implements From {}

    /** Behind the last event. */
    record End() implements From {}

    /** Behind a position of the log of all streams; −1 for the first event. */
    record Behind(long position) implements From {}

    /** With the first event, or behind the last. */
    static From start(boolean first) {
      return first ? new Start() : new End();
    }
  }

  /** How a server shares out the events of a group among its consumers. */
  public enum Strategy {
    ROUND_ROBIN,
    DISPATCH_TO_SINGLE,
    PINNED;

    /** As servers call it. */
    String wireName() {
      return switch (this) {
        case ROUND_ROBIN -> "RoundRobin";
        case DISPATCH_TO_SINGLE -> "DispatchToSingle";
        case PINNED -> "Pinned";
      };
    }
  }

  /** Of all streams of some categories, from the first event on. */
  public static Group ofCategories(String name, List<String> categories, int bufferSize) {
    return new Group(
        name,
        null,
        categories.size() == 1 ? categoryFilter(categories.getFirst()) : anyOf(categories),
        new From.Start(),
        false,
        Strategy.ROUND_ROBIN,
        Duration.ofSeconds(30),
        10,
        bufferSize);
  }

  /** The same, from elsewhere on. */
  public Group from(From other) {
    return new Group(
        name,
        stream,
        filter,
        other,
        resolveLinks,
        strategy,
        messageTimeout,
        maxRetries,
        bufferSize);
  }

  /** Whether it is to begin with the first event. */
  boolean fromStart() {
    return switch (from) {
      case From.Start() -> true;
      case From.End() -> false;
      case From.Behind(var position) -> position < 0;
    };
  }

  /** Matches the streams of a category and no others. */
  public static String categoryFilter(String category) {
    return "^" + Scan.escaped(category) + "-";
  }

  private static String anyOf(List<String> categories) {
    return categories.stream().map(Scan::escaped).collect(joining("|", "^(", ")-"));
  }

  String describe() {
    return "group '" + name + "' of " + (stream == null ? "all streams " + filter : stream);
  }
}
