package dev.foldline.core;

/** What became of a step of a process is known already. Nothing was done. */
public final class StepAnswered extends Failure {

  private static final long serialVersionUID = 1;

  public StepAnswered(String step) {
    super("step-answered", "the step '" + step + "' is answered: its process may ask for it anew");
  }
}
