package dev.foldline.core;

import org.jspecify.annotations.Nullable;

/** What the streams of aggregates are called: a category, a dash, and the aggregate's id. */
public final class StreamName {

  /** What an id is, in words. */
  static final String IDS = "1 to 200 of the characters A-Z a-z 0-9 . _ ~ @ : + -";

  private static final int LONGEST_ID = 200;

  private StreamName() {}

  /**
   * The stream of an aggregate. What it throws names no field, as it does not know what the caller
   * calls the id: functions should check their own field before.
   *
   * @param id compared exactly; what a request left out is null
   * @throws Invalid if the id is not 1 to 200 of the characters {@code A-Za-z0-9._~@:+-}
   */
  public static String of(String category, @Nullable String id) {
    if (id == null || !isId(id)) {
      throw new Invalid("", "the id of the " + category + " must be " + IDS);
    }
    return category + "-" + id;
  }

  /** Whether it may be the id of an aggregate. */
  public static boolean isId(String text) {
    return endsWithId(text, 0);
  }

  /** Whether it is the stream of an aggregate. */
  public static boolean isOne(String stream) {
    int dash = stream.indexOf('-');
    return dash > 0 && endsWithId(stream, dash + 1);
  }

  /** Without a pattern: each command looks at its stream's name twice. */
  private static boolean endsWithId(String text, int from) {
    int length = text.length() - from;
    if (length < 1 || length > LONGEST_ID) {
      return false;
    }
    for (int i = from; i < text.length(); i++) {
      if (!isOfId(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOfId(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || (c >= 'A' && c <= 'Z')
        || "._~@:+-".indexOf(c) >= 0;
  }
}
