package dev.foldline.bank;

import dev.foldline.core.Caller;

/** Who may see and move what somebody holds. */
final class Access {

  static final String TELLER = "teller";

  private Access() {}

  /**
   * Whether it is their own, or they are a teller. What nobody is known to hold is anyone's.
   *
   * @param holder as who its holder was known; empty where nobody found out
   */
  static boolean isFor(Caller caller, String holder) {
    return holder.isEmpty() || caller.is(holder) || caller.hasRole(TELLER);
  }
}
