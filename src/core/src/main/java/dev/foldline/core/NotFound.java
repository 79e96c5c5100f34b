package dev.foldline.core;

/** There is no such thing. */
public final class NotFound extends Failure {

  private static final long serialVersionUID = 1;

  /**
   * @param detail what is missing, as a sentence for people
   */
  public NotFound(String detail) {
    super("not-found", detail);
  }
}
