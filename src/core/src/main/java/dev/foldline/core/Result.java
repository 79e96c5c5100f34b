package dev.foldline.core;

/**
 * What became of an effect: what its target holds, so that it is the same however often it is
 * asked.
 */
public sealed interface Result {

  /** The name of the effect. */
  String effect();

  /**
   * It took place.
   *
   * @param result of a command its {@link Receipt}; of an activity what that answered
   */
  record Done(String effect, Object result) implements Result {}

  /** Its target's final no, with its code. */
  record Refused(String effect, String code) implements Result {}

  /** It is not tried any more. That does not mean that it did not take place. */
  record Failed(String effect, String code) implements Result {}
}
