package dev.foldline.redis;

/**
 * An event waits for earlier ones of its stream that can't be read any more, and of which it is not
 * known whether they come yet.
 */
public final class Missing extends RuntimeException {

  private static final long serialVersionUID = 1;

  Missing() {
    super(
        "waits for events of its stream that can't be read any more:"
            + " deleted before they were applied",
        null,
        false,
        false);
  }
}
