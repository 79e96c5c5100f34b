package dev.foldline.embedded.log;

import java.time.Instant;

/** The protocol's clock: 100-nanosecond ticks since the Unix epoch. */
public final class Ticks {
  private Ticks() {}

  public static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 10_000_000 + now.getNano() / 100;
  }
}
