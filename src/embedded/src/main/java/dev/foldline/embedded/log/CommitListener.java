package dev.foldline.embedded.log;

import java.util.List;

/** Told of every commit, on the writer's thread and in log order: must be quick, and never wait. */
@FunctionalInterface
public interface CommitListener {
  void committed(List<LogEvent> events);
}
