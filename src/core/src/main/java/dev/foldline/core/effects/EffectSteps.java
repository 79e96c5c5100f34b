package dev.foldline.core.effects;

import dev.foldline.core.Result;
import dev.foldline.core.commands.Earlier;
import dev.foldline.core.effects.Next.Acknowledge;
import dev.foldline.core.effects.Next.Act;
import dev.foldline.core.effects.Next.FindOutcome;
import dev.foldline.core.effects.Next.Park;
import dev.foldline.core.effects.Next.Perform;
import dev.foldline.core.effects.Next.ReadTarget;
import dev.foldline.core.effects.Next.ReadToTell;
import dev.foldline.core.effects.Next.ReadTold;
import dev.foldline.core.effects.Next.Tell;
import java.util.UUID;

/**
 * One effect, from its event to the end: what comes behind what. Any number of executions may be
 * under way at once, each may pause for any time and be repeated from its beginning: what stands in
 * the target under the effect's key is the outcome, and what is told is that.
 *
 * <p>What fails is done again; where that is of no use, the effect is parked.
 *
 * @param performs whether another system does it, and no stream of ours
 * @param tells whether somebody is told what became of it
 * @param answer the key of the answer
 */
public record EffectSteps(boolean performs, boolean tells, UUID answer) {

  /** Another system is not asked before it is known that nothing was told. */
  public Next first() {
    return performs ? new ReadTold(new Perform()) : new Act(new Earlier.Unread());
  }

  /** The target holds an outcome. */
  public Next acted(Result outcome) {
    return tells ? new Tell(outcome, new Earlier.Unread()) : new Acknowledge();
  }

  /** What is remembered of the target does not reach back to the cause. */
  public Next targetNotReached() {
    return new ReadTarget();
  }

  /** The target was read back. */
  public Next targetRead(Earlier found) {
    return new Act(found);
  }

  /** Too little is left of the target to fold it. It may be the outcome. */
  public Next targetTruncated(String reason) {
    return new FindOutcome(reason);
  }

  /** What is left of the target does not hold the outcome. */
  public Next outcomeNotFound(FindOutcome last) {
    return targetUnknowable(last.reason());
  }

  /** Nobody can know whether the target had it. It may have been told before that came about. */
  public Next targetUnknowable(String reason) {
    Park park = new Park(reason);
    return tells ? new ReadTold(park) : park;
  }

  /** The stream of those who are told was read back. */
  public Next toldRead(ReadTold last, Earlier found) {
    return found.find(answer) == null ? last.then() : new Acknowledge();
  }

  /** Another system did it, or will not. */
  public Next performed(Result outcome) {
    return new Tell(outcome, new Earlier.Unread());
  }

  /** What is remembered of the stream of those who are told does not reach back to the cause. */
  public Next toldNotReached(Tell last) {
    return new ReadToTell(last.result());
  }

  /** It was read back. */
  public Next readToTell(ReadToTell last, Earlier found) {
    return new Tell(last.result(), found);
  }

  /** Too little is left of the stream of those who are told to fold it. It may be the answer. */
  public Next toldTruncated(String reason) {
    return new ReadTold(new Park(reason));
  }

  /** Nobody can know whether it was told. */
  public Next toldUnknowable(String reason) {
    return new Park(reason);
  }

  /** Who is told has it. */
  public Next told() {
    return new Acknowledge();
  }

  /** Who is told did not take it: that is a bug there. */
  public Next toldRefused(String code) {
    return new Park("the answer is refused: " + code);
  }
}
