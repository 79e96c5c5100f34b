package dev.foldline.core;

/** The idempotency key was used on this stream for another command. Nothing was written. */
public final class KeyReused extends Failure {

  private static final long serialVersionUID = 1;

  public KeyReused() {
    super("idempotency-key-reused", "another command on this stream had the same idempotency key");
  }
}
