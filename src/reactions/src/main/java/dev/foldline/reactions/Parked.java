package dev.foldline.reactions;

/** What stands with an event that a reaction has set aside. */
final class Parked {

  /** With which the reason begins where another system is waited for. */
  static final String WAITING = "waiting: ";

  private Parked() {}
}
