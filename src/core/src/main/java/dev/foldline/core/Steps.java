package dev.foldline.core;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The steps of a process, in the order in which they were first started, and how it ends:
 *
 * <pre>{@code
 * case Requested _ -> Steps.NONE.start("take")
 * case Taken _ -> steps.done("take").start("give")
 * case Rejected _ -> steps.refused("give").start("give-back")
 * case GivenBack(var code) -> steps.done("give-back").undone("take").failedWith(code)
 * case Completed _ -> steps.done("give").completed()
 * }</pre>
 *
 * <p>A step is called as the effect that does it. Only its answer ends it: a deadline that has
 * passed leaves it waiting, and one that was cancelled is refused. Immutable; of each change there
 * is another value.
 *
 * @param state how the process is
 * @param code why it failed, or is held
 * @param all in their order
 */
public record Steps(Progress.State state, Optional<String> code, List<Step> all) {

  /** A process without a step so far. */
  public static final Steps NONE =
      new Steps(Progress.State.PROCESSING, Optional.empty(), List.of());

  /**
   * A step.
   *
   * @param name that of the effect that does it
   */
  public record Step(String name, State state) {

    /** What became of a step. */
    public enum State {
      WAITING,
      DONE,
      REFUSED,
      FAILED,
      UNDONE
    }

    /** Whether it is not answered yet. */
    public boolean waits() {
      return state == State.WAITING;
    }
  }

  public Steps {
    all = List.copyOf(all);
  }

  /** A step is asked for, be it again; a process that was held goes on with it. */
  public Steps start(String step) {
    return new Steps(Progress.State.PROCESSING, Optional.empty(), with(step, Step.State.WAITING));
  }

  /** A step took place. */
  public Steps done(String step) {
    return new Steps(state, code, with(step, Step.State.DONE));
  }

  /** A step was refused, or cancelled before it took place. */
  public Steps refused(String step) {
    return new Steps(state, code, with(step, Step.State.REFUSED));
  }

  /** A step is not tried any more; it may have taken place. */
  public Steps failed(String step) {
    return new Steps(state, code, with(step, Step.State.FAILED));
  }

  /** A step was taken back. */
  public Steps undone(String step) {
    return new Steps(state, code, with(step, Step.State.UNDONE));
  }

  /** The process ends well. */
  public Steps completed() {
    return new Steps(Progress.State.DONE, Optional.empty(), all);
  }

  /** The process ends, and came to nothing. */
  public Steps failedWith(String reason) {
    return new Steps(Progress.State.FAILED, Optional.of(reason), all);
  }

  /** The process takes a person, who has it go on by a command of its own. */
  public Steps heldFor(String reason) {
    return new Steps(Progress.State.HELD, Optional.of(reason), all);
  }

  /** What became of a step; empty where it was never started. */
  public Optional<Step.State> of(String step) {
    return all.stream().filter(each -> each.name().equals(step)).map(Step::state).findFirst();
  }

  /** Whether a step is not answered yet: what comes of a deadline is pointless where it is. */
  public boolean waitsFor(String step) {
    return of(step).equals(Optional.of(Step.State.WAITING));
  }

  /** The first step that is not answered yet. */
  public Optional<String> waitsFor() {
    return all.stream().filter(Step::waits).map(Step::name).findFirst();
  }

  private List<Step> with(String name, Step.State next) {
    Step changed = new Step(name, next);
    return all.stream().anyMatch(step -> step.name().equals(name))
        ? all.stream().map(step -> step.name().equals(name) ? changed : step).toList()
        : Stream.concat(all.stream(), Stream.of(changed)).toList();
  }
}
