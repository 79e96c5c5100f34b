package dev.foldline.core;

/** The request can't be understood: a field is missing, malformed, unknown or out of range. */
public final class Invalid extends Failure {

  private static final long serialVersionUID = 1;

  private final String field;

  /**
   * @param field which one, as the caller named it; empty for the request as a whole
   * @param detail what is wrong with it, as a sentence for people
   */
  public Invalid(String field, String detail) {
    super("invalid-request", detail);
    this.field = field;
  }

  public String field() {
    return field;
  }
}
