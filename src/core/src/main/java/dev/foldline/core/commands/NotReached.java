package dev.foldline.core.commands;

/**
 * What is remembered of a stream does not reach back to the cause of an effect, so that nobody
 * knows yet whether it was handled. Nothing was written; the stream is to be read back.
 */
public final class NotReached extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final long revision;
  private final long forgotten;

  NotReached(String stream, StreamState<?> base) {
    super(stream + " has to be read back", null, false, false);
    this.revision = base.revision();
    this.forgotten = base.effects().forgotten();
  }

  /** The revision of the last event of the stream as it was decided on, −1 if there is none. */
  public long revision() {
    return revision;
  }

  /** Behind which position the stream's effects are remembered. */
  public long forgotten() {
    return forgotten;
  }
}
