package dev.foldline.core.effects;

/** The two things that may be done for an effect, each under a key of its own. */
public enum Stage {
  /** It takes place. */
  ACT,
  /** What became of it is told. */
  ANSWER;

  /** Stored for ever, as a part of the key. */
  String stored() {
    return switch (this) {
      case ACT -> "act";
      case ANSWER -> "answer";
    };
  }
}
