package dev.foldline.redis;

/**
 * Read models hold an event that the store does not have, or not there: the store was restored from
 * a backup, and what is applied to them now would be right by chance only.
 */
public final class ForeignLog extends RuntimeException {

  private static final long serialVersionUID = 1;

  public ForeignLog(String what) {
    super(what, null, false, false);
  }
}
