package dev.foldline.core;

import static java.util.Objects.requireNonNull;

/** One change to a view that crosses documents. Applying changes in another order ends the same. */
public sealed interface Change {

  /** Which view it changes. */
  String view();

  /**
   * Adds to a total. Sums are exact, also beyond the range of a long.
   *
   * @param view which totals
   * @param field which of them
   * @param amount how much; may be negative
   */
  record Add(@Override String view, String field, long amount) implements Change {

    public Add {
      requireNonNull(view, "view");
      requireNonNull(field, "field");
    }
  }

  /**
   * Puts a member in a ranking, or moves it to another score.
   *
   * @param view which ranking
   * @param member who; belongs to one document alone, so that its scores come in order
   * @param score by which the ranking is ordered
   */
  record Rank(@Override String view, String member, long score) implements Change {

    public Rank {
      requireNonNull(view, "view");
      requireNonNull(member, "member");
    }
  }

  /**
   * Takes a member out of a ranking.
   *
   * @param view which ranking
   * @param member who
   */
  record Unrank(@Override String view, String member) implements Change {

    public Unrank {
      requireNonNull(view, "view");
      requireNonNull(member, "member");
    }
  }
}
