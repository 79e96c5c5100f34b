package dev.foldline.core;

/**
 * The store or Redis is away, or what is to be read from there is not ready yet: whoever found that
 * out tells the log of it, and nobody else need.
 */
public final class Away extends Unavailable {

  private static final long serialVersionUID = 1;

  /**
   * @param detail what is away, as a sentence for people
   */
  public Away(String detail) {
    super(detail);
  }
}
