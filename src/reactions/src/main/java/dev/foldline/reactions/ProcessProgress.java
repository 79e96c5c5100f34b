package dev.foldline.reactions;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.foldline.core.Progress;
import dev.foldline.core.Steps;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a process is, as its query answers it.
 *
 * @param state {@code processing}, {@code done}, {@code failed} or {@code held}
 * @param code why it failed, or is held
 * @param waitsFor the first step that is not answered yet
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProcessProgress(
    String state, @Nullable String code, List<Step> steps, @Nullable String waitsFor) {

  /** That of a process of which no event stands yet. */
  public static final ProcessProgress NONE =
      new ProcessProgress(word(Progress.State.PROCESSING), null, List.of(), null);

  /**
   * A step.
   *
   * @param state {@code waiting}, {@code done}, {@code refused}, {@code failed} or {@code undone}
   * @param at when it came to be so
   * @param since when it began to wait
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Step(String step, String state, @Nullable Instant at, @Nullable Instant since) {

    private static Step of(Steps.Step step, Instant time) {
      return step.waits()
          ? new Step(step.name(), word(step.state()), null, time)
          : new Step(step.name(), word(step.state()), time, null);
    }

    /** Whether it is not answered yet. */
    public boolean waits() {
      return since != null;
    }
  }

  public ProcessProgress {
    steps = List.copyOf(steps);
  }

  /** That after one more event: what is another one than before came to be so at its time. */
  ProcessProgress next(Steps after, Instant time) {
    return new ProcessProgress(
        word(after.state()),
        after.code().orElse(null),
        after.all().stream()
            .map(
                step ->
                    step(step.name())
                        .filter(before -> before.state().equals(word(step.state())))
                        .orElseGet(() -> Step.of(step, time)))
            .toList(),
        after.waitsFor().orElse(null));
  }

  /** One of its steps. */
  public Optional<Step> step(String name) {
    return steps.stream().filter(step -> step.step().equals(name)).findFirst();
  }

  /** Whether it is in a state. */
  public boolean is(Progress.State other) {
    return state.equals(word(other));
  }

  /** As it is written. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
