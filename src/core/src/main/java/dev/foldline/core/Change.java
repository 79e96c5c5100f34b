package dev.foldline.core;

import static java.util.Objects.requireNonNull;

/**
 * One change to a view that crosses documents. Applying changes of different documents in another
 * order ends the same. A view is one of totals, a ranking, or an index.
 */
public sealed interface Change {

  /** How long a member, and a value of an index, may be, in characters of Java. */
  int LONGEST = 1_000;

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
   * @param member who, at most {@value #LONGEST} characters; belongs to one document alone, so that
   *     its scores come in order
   * @param score by which the ranking is ordered
   */
  record Rank(@Override String view, String member, long score) implements Change {

    public Rank {
      requireNonNull(view, "view");
      check(member, "member");
    }
  }

  /**
   * Adds to a member's score in a ranking, which events of any number of streams may do:
   *
   * <pre>{@code
   * new Change.Increase("best-customers", recorded.event().customer(), recorded.event().cents())
   * }</pre>
   *
   * <p>The score is the exact sum, however often and in whatever order the events are delivered. A
   * sum beyond the range of a long is kept, and stands at that end of the range until it comes
   * back. A member that was added to stays in the ranking, also at 0. Members of a view are either
   * added to or {@linkplain Rank moved}, not both.
   *
   * @param view which ranking
   * @param member who, at most {@value #LONGEST} characters
   * @param amount how much; may be negative
   */
  record Increase(@Override String view, String member, long amount) implements Change {

    public Increase {
      requireNonNull(view, "view");
      check(member, "member");
    }
  }

  /**
   * Takes a member out of a ranking in which it was put by {@link Rank}.
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

  /**
   * Lists a member under a value, in an order. A member stands under one value of a view: a new one
   * replaces the old one.
   *
   * @param view which index
   * @param member who, at most {@value #LONGEST} characters; belongs to one document alone
   * @param value under which it is found, compared exactly; any text of at most {@value #LONGEST}
   *     characters
   * @param order by which the members under one value are ordered, such as {@link
   *     Recorded#position()}
   */
  record Index(@Override String view, String member, String value, long order) implements Change {

    public Index {
      requireNonNull(view, "view");
      check(member, "member");
      check(value, "value");
    }
  }

  /**
   * Takes a member out of an index, whatever it stands under.
   *
   * @param view which index
   * @param member who
   */
  record Unindex(@Override String view, String member) implements Change {

    public Unindex {
      requireNonNull(view, "view");
      requireNonNull(member, "member");
    }
  }

  /** Half of a surrogate pair would be stored as a question mark, as others are. */
  private static void check(String text, String name) {
    requireNonNull(text, name);
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a %s of a view has at most %d characters, not %d"
              .formatted(name, LONGEST, text.length()));
    }
    for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
      if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
        throw new IllegalArgumentException(
            "a %s of a view has half of a surrogate pair at %d".formatted(name, i));
      }
    }
  }
}
