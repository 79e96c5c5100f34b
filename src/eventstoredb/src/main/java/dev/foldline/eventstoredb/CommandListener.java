package dev.foldline.eventstoredb;

/** Hears what the command handler does, for metrics. Called often, by many threads. */
public interface CommandListener {

  /** Events were appended. */
  void appended(int events);

  /** Another instance appended first. */
  void conflict();

  /** Commands are decided again after a conflict. */
  void retry();

  /** The store did not say whether an append was done: now it is looked for. */
  void unknownOutcome();

  /** A state that was kept did not fit its stream: all of the stream is read. */
  void discarded();

  /** A snapshot was of no use: corrupt, or of another version of the state. */
  void snapshotIgnored();

  /** A snapshot could not be read or written in time. */
  void snapshotsAway();
}
