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
 * @param fromStart whether a new group gets the events that were there before it
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
    boolean fromStart,
    boolean resolveLinks,
    Strategy strategy,
    Duration messageTimeout,
    int maxRetries,
    int bufferSize) {

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
        true,
        false,
        Strategy.ROUND_ROBIN,
        Duration.ofSeconds(30),
        10,
        bufferSize);
  }

  /** The same, from the events on that come after it. */
  public Group fromEnd() {
    return new Group(
        name,
        stream,
        filter,
        false,
        resolveLinks,
        strategy,
        messageTimeout,
        maxRetries,
        bufferSize);
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
