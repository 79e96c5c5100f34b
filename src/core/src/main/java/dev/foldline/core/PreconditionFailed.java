package dev.foldline.core;

/** What the caller said must hold of the stream does not. Nothing was written. */
public final class PreconditionFailed extends Failure {

  private static final long serialVersionUID = 1;

  private final String stream;
  private final long revision;

  /**
   * @param revision of the stream's last event, −1 if it has none
   */
  public PreconditionFailed(String stream, long revision) {
    super("precondition-failed", stream + " is at revision " + revision);
    this.stream = stream;
    this.revision = revision;
  }

  public String stream() {
    return stream;
  }

  public long revision() {
    return revision;
  }
}
