package dev.foldline.core;

/**
 * A stream whose first events can't be read any more, so that its state can't be known: nothing is
 * decided on a part of it.
 */
public final class Truncated extends Failure {

  private static final long serialVersionUID = 1;

  private final String stream;

  public Truncated(String stream) {
    super(
        "stream-truncated", "the first events of " + stream + " are gone, so its state is unknown");
    this.stream = stream;
  }

  public String stream() {
    return stream;
  }
}
