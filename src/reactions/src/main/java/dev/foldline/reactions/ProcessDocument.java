package dev.foldline.reactions;

import dev.foldline.core.Progress;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What is kept of a process.
 *
 * @param folded the state of its decider, as JSON
 * @param since when it came to be as it is; while it is processing, when the step began to wait
 *     that waits longest
 */
public record ProcessDocument(String folded, Instant since, ProcessProgress progress) {

  /** The same after one more event. */
  static ProcessDocument of(
      Optional<ProcessDocument> before, String folded, ProcessProgress progress, Instant time) {
    Instant since =
        waitsSince(progress)
            .or(
                () ->
                    before
                        .filter(it -> it.progress().state().equals(progress.state()))
                        .filter(it -> waitsSince(it.progress()).isEmpty())
                        .map(ProcessDocument::since))
            .orElse(time);
    return new ProcessDocument(folded, since, progress);
  }

  private static Optional<Instant> waitsSince(ProcessProgress progress) {
    return progress.steps().stream()
        .filter(_ -> progress.is(Progress.State.PROCESSING))
        .map(ProcessProgress.Step::since)
        .filter(Objects::nonNull)
        .min(Instant::compareTo);
  }
}
