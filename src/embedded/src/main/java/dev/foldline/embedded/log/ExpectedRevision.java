package dev.foldline.embedded.log;

/**
 * What a writer expects of a stream.
 *
 * @param value the stream's last revision, or one of the negative numbers by which the protocol's
 *     trailers name the rest
 */
public record ExpectedRevision(long value) {
  public static final ExpectedRevision NO_STREAM = new ExpectedRevision(-1);
  public static final ExpectedRevision ANY = new ExpectedRevision(-2);
  public static final ExpectedRevision STREAM_EXISTS = new ExpectedRevision(-4);

  public static ExpectedRevision exactly(long revision) {
    return new ExpectedRevision(revision);
  }

  boolean isAny() {
    return equals(ANY);
  }

  boolean isStreamExists() {
    return equals(STREAM_EXISTS);
  }

  boolean isNoStream() {
    return equals(NO_STREAM);
  }
}
