package dev.foldline.reactions;

/** How an execution of an event's effects ended, where nothing is to be done again at once. */
sealed interface End {

  /** All of them have their outcome, which is told. */
  record Settled() implements End {}

  /** Another system is waited for. */
  record Waiting(String reason) implements End {}

  /** It takes a person. */
  record Parked(String reason) implements End {}

  /** What of two effects' ends is that of their event. */
  default End and(End other) {
    return switch (this) {
      case Settled() -> other;
      case Waiting _ ->
          switch (other) {
            case Settled(), Waiting _ -> this;
            case Parked _ -> other;
          };
      case Parked(var reason) ->
          switch (other) {
            case Settled(), Waiting _ -> this;
            case Parked(var more) -> new Parked(reason + "; " + more);
          };
    };
  }
}
