package dev.foldline.core;

/**
 * The event store did not say in time whether the command was done. A repeat with the same
 * idempotency key settles it.
 */
public final class OutcomeUnknown extends Failure {

  private static final long serialVersionUID = 1;

  private final String stream;

  public OutcomeUnknown(String stream) {
    super(
        "outcome-unknown",
        "the event store did not say in time whether it was done;"
            + " a repeat with the same idempotency key settles it");
    this.stream = stream;
  }

  public String stream() {
    return stream;
  }
}
