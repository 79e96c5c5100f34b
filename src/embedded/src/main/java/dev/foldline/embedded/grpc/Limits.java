package dev.foldline.embedded.grpc;

/**
 * How much one append may hold, in bytes.
 *
 * @param maxAppendSize of all its events together
 * @param maxEventSize of any one of them
 */
public record Limits(int maxAppendSize, int maxEventSize) {
  public static final Limits DEFAULT = new Limits(1 << 20, Integer.MAX_VALUE);
}
