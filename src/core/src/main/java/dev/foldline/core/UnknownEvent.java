package dev.foldline.core;

/**
 * A stored event that this version of the code can't read: its type has no record, or its data does
 * not fit the record. It is never skipped.
 */
public final class UnknownEvent extends Failure {

  private static final long serialVersionUID = 1;

  private final String type;

  public UnknownEvent(String type, String reason) {
    super("unknown-event", "stored event of type '" + type + "' can't be read: " + reason);
    this.type = type;
  }

  /** Its stored name. */
  public String type() {
    return type;
  }
}
