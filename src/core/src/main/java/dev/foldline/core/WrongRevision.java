package dev.foldline.core;

/** An append expected another revision than the stream has. Nothing was written. */
public final class WrongRevision extends RuntimeException {

  private static final long serialVersionUID = 1;

  public WrongRevision(String stream) {
    super(stream + " has another revision than expected", null, false, false);
  }
}
