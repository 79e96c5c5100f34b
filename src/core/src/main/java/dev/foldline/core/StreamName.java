package dev.foldline.core;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the streams of aggregates are called: a category, a dash, and the aggregate's id. */
public final class StreamName {

  /** What an id is, in words. */
  static final String IDS = "1 to 200 of the characters A-Z a-z 0-9 . _ ~ @ : + -";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~@:+-]{1,200}");

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
    return ID.matcher(text).matches();
  }

  /** Whether it is the stream of an aggregate. */
  public static boolean isOne(String stream) {
    int dash = stream.indexOf('-');
    return dash > 0 && ID.matcher(stream).region(dash + 1, stream.length()).matches();
  }
}
