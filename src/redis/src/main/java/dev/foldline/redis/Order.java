package dev.foldline.redis;

/** In which order the events of a batch come, and so what a missing one may be. */
public enum Order {
  /**
   * As a subscription delivers them: what is missing may be in another instance's hands. It is
   * applied first, from wherever it can be read.
   */
  DELIVERED,
  /**
   * As the log has them, all that it has: what is missing, and can't be read from its stream, is
   * gone, unless the stream is held by an event that can't be applied.
   */
  LOG,
  /** As the log has them, from the fence of their one stream on: what is missing is gone. */
  FROM_FENCE
}
