package dev.foldline.eventstoredb;

/** Hears what the command handler does, for metrics. Called often, by many threads. */
public interface CommandListener {

  /** Events were appended. */
  void appended(int events);

  /** Another instance appended first. */
  void conflict();

  /** A command is decided again after a conflict. */
  void retry();
}
