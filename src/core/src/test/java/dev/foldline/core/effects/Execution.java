package dev.foldline.core.effects;

/**
 * How far an execution of an effect is.
 *
 * @param due what is to be done next
 * @param isBusy whether its command is on its way
 * @param isAsking whether it is to be asked if the stream that it read ever was
 * @param isAcknowledged whether the event won't come again
 * @param isParkedThoughTold whether the answer stood where it is told when it was parked
 * @param turns how often something was done for it
 */
record Execution(
    Next due,
    boolean isBusy,
    boolean isAsking,
    boolean isAcknowledged,
    boolean isParkedThoughTold,
    int turns) {

  static Execution of(Next first) {
    return new Execution(first, false, false, first instanceof Next.Acknowledge, false, 0);
  }

  /** Nothing is to be done for it any more. */
  boolean isOver() {
    return due instanceof Next.Acknowledge || due instanceof Next.Park;
  }

  /** How it ended. */
  String end() {
    return switch (due) {
      case Next.Acknowledge _ -> "acknowledged";
      case Next.Park(var reason) -> "parked: " + reason;
      case Next.Act _,
          Next.ReadTarget _,
          Next.ReadTold _,
          Next.Perform _,
          Next.Tell _,
          Next.ReadToTell _ ->
          "not at its end";
    };
  }

  Execution then(Next next) {
    return new Execution(
        next, false, false, isAcknowledged || next instanceof Next.Acknowledge, false, turns + 1);
  }

  Execution busy() {
    return new Execution(due, true, false, isAcknowledged, false, turns);
  }

  Execution asking() {
    return new Execution(due, false, true, isAcknowledged, false, turns + 1);
  }

  Execution acknowledged() {
    return new Execution(due, isBusy, isAsking, true, false, turns);
  }

  Execution parkedThoughTold() {
    return new Execution(due, false, false, isAcknowledged, true, turns);
  }

  /** Its instance died: the event comes again, unless it was acknowledged. */
  Execution again(Next first) {
    return isOver() ? this : of(isAcknowledged ? new Next.Acknowledge() : first);
  }
}
