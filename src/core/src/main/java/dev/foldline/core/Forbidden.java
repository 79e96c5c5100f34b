package dev.foldline.core;

/** The caller may not give this command, as a {@link Guard} says. Nothing was written. */
public final class Forbidden extends Failure {

  private static final long serialVersionUID = 1;

  public Forbidden() {
    super("forbidden", "the caller may not do this");
  }
}
