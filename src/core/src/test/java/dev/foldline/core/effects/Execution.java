package dev.foldline.core.effects;

import org.jspecify.annotations.Nullable;

/**
 * How far an execution of an effect is.
 *
 * @param due what is to be done next
 * @param isBusy whether its command is on its way
 * @param isAsking whether it is to be asked if the stream that it read ever was
 * @param isAcknowledged whether the event won't come again
 * @param wrong what is wrong with what came of it last
 * @param turns how often something was done for it
 */
record Execution(
    Next due,
    boolean isBusy,
    boolean isAsking,
    boolean isAcknowledged,
    @Nullable Wrong wrong,
    int turns) {

  static Execution of(Next first) {
    return new Execution(first, false, false, first instanceof Next.Acknowledge, null, 0);
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
          Next.FindOutcome _,
          Next.ReadTold _,
          Next.Perform _,
          Next.Tell _,
          Next.ReadToTell _ ->
          "not at its end";
    };
  }

  Execution then(Next next) {
    return new Execution(
        next, false, false, isAcknowledged || next instanceof Next.Acknowledge, null, turns + 1);
  }

  Execution busy() {
    return new Execution(due, true, false, isAcknowledged, null, turns);
  }

  Execution asking() {
    return new Execution(due, false, true, isAcknowledged, null, turns + 1);
  }

  Execution acknowledged() {
    return new Execution(due, isBusy, isAsking, true, null, turns);
  }

  Execution wrong(Wrong what) {
    return new Execution(due, false, false, isAcknowledged, what, turns);
  }

  /** Its instance died: the event comes again, unless it was acknowledged. */
  Execution again(Next first) {
    return isOver() ? this : of(isAcknowledged ? new Next.Acknowledge() : first);
  }
}
