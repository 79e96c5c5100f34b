package dev.foldline.core.effects;

import dev.foldline.core.Result;
import dev.foldline.core.commands.Earlier;

/** What is to be done next for an effect; {@link EffectSteps} says what comes behind it. */
public sealed interface Next {

  /**
   * Have its command decided by the target, under its key, or find what stands there.
   *
   * @param target what was read back of the target
   */
  record Act(Earlier target) implements Next {}

  /** Read the target back, up to the cause. */
  record ReadTarget() implements Next {}

  /**
   * Find in what is left of the target what became of it.
   *
   * @param reason why nothing else can be known of the target
   */
  record FindOutcome(String reason) implements Next {}

  /**
   * Read back the stream of those who are told, up to the cause.
   *
   * @param then what is done where nothing was told
   */
  record ReadTold(Next then) implements Next {}

  /** Have another system do it. */
  record Perform() implements Next {}

  /**
   * Tell what became of it, under the key of the answer.
   *
   * @param told what was read back of the stream of those who are told
   */
  record Tell(Result result, Earlier told) implements Next {}

  /** Read back the stream of those who are told, up to the cause: it reaches no further. */
  record ReadToTell(Result result) implements Next {}

  /** Nothing: it has its outcome, which is told. */
  record Acknowledge() implements Next {}

  /** Nothing that can be done without a person. */
  record Park(String reason) implements Next {}
}
