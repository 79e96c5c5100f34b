package dev.foldline.core;

/** The store or Redis is away, or too slow. */
public non-sealed class Unavailable extends Failure {

  private static final long serialVersionUID = 1;

  /**
   * @param detail what is away, as a sentence for people
   */
  public Unavailable(String detail) {
    this("unavailable", detail);
  }

  /**
   * @param detail what is away, as a sentence for people
   * @param cause how that was noticed, for the log
   */
  public Unavailable(String detail, Throwable cause) {
    super("unavailable", detail, cause);
  }

  /**
   * @param code what is known of the outcome, as a stable word in kebab-case
   * @param detail what is away, as a sentence for people
   */
  public Unavailable(String code, String detail) {
    super(code, detail);
  }
}
