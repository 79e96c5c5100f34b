package dev.foldline.eventstoredb.snapshots;

/** Hears what becomes of snapshots, for metrics. Called by many threads. */
public interface SnapshotListener {

  /** A snapshot was of no use: corrupt, or of another version of the state. */
  default void snapshotIgnored() {}

  /** A snapshot could not be read or written in time. */
  default void snapshotsAway() {}
}
