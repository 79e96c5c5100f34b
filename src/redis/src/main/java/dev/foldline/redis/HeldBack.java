package dev.foldline.redis;

/** An event waits behind another one of its stream that was found before. */
final class HeldBack extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * @param cause what keeps the other one from being applied
   */
  HeldBack(String cause) {
    super(cause, null, false, false);
  }
}
