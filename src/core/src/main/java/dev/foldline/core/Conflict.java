package dev.foldline.core;

/** Others kept appending first until the retries were used up. Nothing was written. */
public final class Conflict extends Failure {

  private static final long serialVersionUID = 1;

  private final String stream;

  public Conflict(String stream) {
    super("conflict", "other commands on " + stream + " kept coming first");
    this.stream = stream;
  }

  public String stream() {
    return stream;
  }
}
