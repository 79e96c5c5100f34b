package dev.foldline.redis;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.Supplier;

/** How the events of streams come into documents. Safe for use by many threads. */
sealed interface Folding<S, D> permits StreamFolding, KeyFolding {

  /**
   * What was folded, and is not written yet.
   *
   * @param streams whose events it is of
   * @param write writes it; where another instance was quicker, a stream goes on from what that one
   *     wrote
   */
  record Folded<S, D>(List<Catchup<S, D>> streams, Supplier<Uni<Void>> write) {}

  /**
   * Whether a Redis that lost something may have a fence beyond what the documents have, as they
   * are not written in one step.
   */
  boolean mayLagBehindFence();

  /** Has a stream go on from what Redis has of it. */
  void start(Catchup<S, D> stream, String stored);

  /** Folds the events of each stream that follow without a gap. */
  Uni<Folded<S, D>> fold(List<Catchup<S, D>> streams);

  /**
   * Sees to it, when a batch is through, that rankings have what came with events that were found
   * behind the fence: who applied those may have died before it was carried over.
   */
  Uni<Void> carryOverBehind(List<Catchup<S, D>> streams);
}
