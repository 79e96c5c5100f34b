package dev.foldline.embedded.log;

import java.time.Instant;

/** The protocol's clock: 100-nanosecond ticks since the Unix epoch. */
public final class Ticks {
  private Ticks() {}

  public static long now() {
    return of(Instant.now());
  }

  static long of(Instant time) {
    return time.getEpochSecond() * 10_000_000 + time.getNano() / 100;
  }
}
