package dev.foldline.redis;

/** What becomes of the later events of a stream when one of its events can't be applied. */
public enum OnPoison {
  /** They are not applied either: a document without the event would be wrong. */
  HOLD,
  /** They are applied as if the event were not there. Once it can be applied, build anew. */
  PASS
}
