package dev.foldline.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a query asks of a ranking, or of an index: in which order, between which scores, and which
 * page.
 *
 * <pre>{@code
 * Listing.of("largest-accounts").between(0, 99_99).page(20, after)
 * Listing.of("orders-of", customer).lowestFirst()
 * }</pre>
 *
 * <p>Equal scores stand in the order of the members' names, byte by byte in UTF-8; the lowest first
 * is exactly the reverse. A page begins behind a place, not after a number of entries: what does
 * not move while one turns the pages is met once, whatever else moves.
 *
 * @param view which ranking or index
 * @param value under which an index is asked; none for a ranking
 * @param order whether the highest score comes first
 * @param from the lowest score that is asked for
 * @param to the highest score that is asked for
 * @param limit how many entries a page has at most, 1 to {@value #MOST}
 * @param after the place behind which it begins, as the page before told it; none for the first
 */
public record Listing(
    String view,
    Optional<String> value,
    Order order,
    long from,
    long to,
    int limit,
    Optional<String> after) {

  /** How many entries a page may have. */
  public static final int MOST = 1_000;

  private static final int USUAL = 100;

  /** Which score comes first; of an index, the newest is the highest. */
  public enum Order {
    HIGHEST_FIRST,
    LOWEST_FIRST
  }

  /** A member, and its score. */
  public record Ranked(String member, long score) {}

  /**
   * A member, its score, and its document.
   *
   * @param document none where the member is no aggregate of the projection, or has none any more
   */
  public record RankedDocument<D>(String member, long score, Optional<View<D>> document) {}

  /**
   * Some entries that follow each other.
   *
   * @param next the place behind which the next page begins; none where nothing follows
   */
  public record Page<T>(List<T> entries, Optional<String> next) {

    public Page {
      entries = List.copyOf(entries);
    }

    /** The same page of something else. */
    public <R> Page<R> map(Function<? super T, ? extends R> mapping) {
      return new Page<>(entries.stream().<R>map(mapping).toList(), next);
    }

    /** The same page, without the entries of which there is nothing. */
    public <R> Page<R> flatMap(Function<? super T, Optional<R>> mapping) {
      return new Page<>(entries.stream().map(mapping).flatMap(Optional::stream).toList(), next);
    }
  }

  /**
   * Checks it.
   *
   * @throws Invalid naming the limit, if it is none
   */
  public Listing {
    requireNonNull(view, "view");
    if (limit < 1 || limit > MOST) {
      throw new Invalid("limit", "limit must be 1 to " + MOST);
    }
  }

  /** A ranking, the highest first, {@value #USUAL} entries a page. */
  public static Listing of(String view) {
    return new Listing(view, Optional.empty());
  }

  /** What an index has under a value, the highest first, {@value #USUAL} entries a page. */
  public static Listing of(String view, String value) {
    return new Listing(view, Optional.of(value));
  }

  private Listing(String view, Optional<String> value) {
    this(view, value, Order.HIGHEST_FIRST, Long.MIN_VALUE, Long.MAX_VALUE, USUAL, Optional.empty());
  }

  /** The same, the lowest first; of an index, the oldest. */
  public Listing lowestFirst() {
    return new Listing(view, value, Order.LOWEST_FIRST, from, to, limit, after);
  }

  /** The entries of it with these scores, both included. */
  public Listing between(long lowest, long highest) {
    return new Listing(view, value, order, lowest, highest, limit, after);
  }

  /**
   * A page of it.
   *
   * @param entries how many at most, 1 to {@value #MOST}
   * @param behind the {@link Page#next} of the page before, none for the first
   */
  public Listing page(int entries, Optional<String> behind) {
    return new Listing(view, value, order, from, to, entries, behind);
  }
}
