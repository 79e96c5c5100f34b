package dev.foldline.embedded.grpc;

/** Where a read or a subscription begins. */
sealed interface From {
  record Start() implements From {}

  /** A revision of a stream, or a position in $all. */
  record At(long value) implements From {}

  record End() implements From {}

  /** The number to read from backwards, or forwards where it may not be the end. */
  default long value() {
    return switch (this) {
      case Start() -> 0;
      case At(var value) -> value;
      case End() -> Long.MAX_VALUE;
    };
  }
}
