package dev.foldline.testing.simulation;

/** What an instance of an application does, step by step. It may die between any two of them. */
interface Work {

  /**
   * Does the next step.
   *
   * @return whether it was the last
   */
  boolean step(Chance chance);

  /** The same from its beginning: whoever did it has died, and another one takes it up. */
  Work again();
}
