package dev.foldline.embedded.grpc;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The header {@code grpc-timeout}. */
final class GrpcTimeout {

  private GrpcTimeout() {}

  /**
   * A timeout as HTTP/2 carries it: up to eight digits and a unit; one that can't be read is none.
   */
  static @Nullable Long nanos(String timeout) {
    if (!timeout.matches("[0-9]{1,8}[HMSmun]")) {
      return null;
    }
    long amount = Long.parseLong(timeout, 0, timeout.length() - 1, 10);
    return switch (timeout.charAt(timeout.length() - 1)) {
      case 'H' -> TimeUnit.HOURS.toNanos(amount);
      case 'M' -> TimeUnit.MINUTES.toNanos(amount);
      case 'S' -> TimeUnit.SECONDS.toNanos(amount);
      case 'm' -> TimeUnit.MILLISECONDS.toNanos(amount);
      case 'u' -> TimeUnit.MICROSECONDS.toNanos(amount);
      default -> amount;
    };
  }
}
