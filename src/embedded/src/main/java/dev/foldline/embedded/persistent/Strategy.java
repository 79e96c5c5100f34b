package dev.foldline.embedded.persistent;

import java.util.Arrays;
import java.util.Optional;

/** How the events of a group spread over its consumers. */
enum Strategy {
  DISPATCH_TO_SINGLE("DispatchToSingle"),
  ROUND_ROBIN("RoundRobin"),
  PINNED("Pinned"),
  PINNED_BY_CORRELATION("PinnedByCorrelation");

  private final String wireName;

  Strategy(String wireName) {
    this.wireName = wireName;
  }

  String wireName() {
    return wireName;
  }

  /** The strategy of that name; names are case-sensitive. */
  static Optional<Strategy> named(String name) {
    return Arrays.stream(values()).filter(strategy -> strategy.wireName.equals(name)).findFirst();
  }
}
