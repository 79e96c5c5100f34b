package dev.foldline.core;

/** What was to be written is more than goes into one append. Nothing was written. */
public final class TooLarge extends Failure {

  private static final long serialVersionUID = 1;

  private final String stream;

  public TooLarge(String stream) {
    super("event-too-large", "what would be written to " + stream + " is too large");
    this.stream = stream;
  }

  public String stream() {
    return stream;
  }
}
