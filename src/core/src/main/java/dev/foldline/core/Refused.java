package dev.foldline.core;

/** The business said no. Nothing was written. */
public final class Refused extends Failure {

  private static final long serialVersionUID = 1;

  /**
   * @param code why, as a stable word in kebab-case, such as {@code insufficient-funds}
   */
  public Refused(String code) {
    this(code, code.replace('-', ' '));
  }

  /**
   * @param code why, as a stable word in kebab-case; not empty, since the mark of an effect that
   *     was done has an empty one
   * @param detail why, as a sentence for people
   */
  public Refused(String code, String detail) {
    super(code, detail);
    if (code.isEmpty()) {
      throw new IllegalArgumentException("a refusal has a code");
    }
  }
}
