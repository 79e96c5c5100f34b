package dev.foldline.reactions;

import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Decider;
import dev.foldline.core.Listing;
import dev.foldline.core.Progress;
import dev.foldline.core.Projection;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.Steps;
import dev.foldline.eventstoredb.snapshots.StateCodec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A decider whose state says its {@link Progress}, with the reactions to its own events that answer
 * it.
 *
 * @param name what its streams are called: its decider's category
 * @param projection of how far its processes are: a document of each stream, and {@link #list}
 * @param reactions the names of those that answer it
 */
public record ProcessManager(
    String name, Projection<ProcessDocument> projection, List<String> reactions) {

  private static final String BY_STATE = "by-state";

  /** Another number whenever the same events lead to another document. */
  private static final int FORMAT = 1;

  /**
   * Those among the deciders that reactions answer.
   *
   * @throws IllegalArgumentException if the state of one can't be stored, or there are two of it
   */
  public static List<ProcessManager> of(List<Reaction<?>> reactions) {
    Map<String, ProcessManager> found = new LinkedHashMap<>();
    for (Reaction<?> reaction : reactions) {
      reaction
          .answers()
          .map(Reaction.Answering::decider)
          .filter(decider -> decider.initial() instanceof Progress)
          .filter(decider -> decider.category().name().equals(reaction.category().name()))
          .map(decider -> of(decider, reaction.name()))
          .ifPresent(manager -> found.merge(manager.name(), manager, ProcessManager::and));
    }
    return List.copyOf(found.values());
  }

  private static <S> ProcessManager of(Decider<?, S, ?> decider, String reaction) {
    String name = decider.category().name();
    StateCodec<S> states = new StateCodec<>(decider);
    try {
      states.check();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the state of the process '" + name + "': " + e.getMessage(), e);
    }
    return new ProcessManager(name, projection(decider, states), List.of(reaction));
  }

  private static <S, E> Projection<ProcessDocument> projection(
      Decider<?, S, E> decider, StateCodec<S> states) {
    return Projection.of("process-" + decider.category(), version(states), ProcessDocument.class)
        .on(decider.category(), (before, event) -> step(decider, states, before, event))
        .guardedBy((caller, document) -> progress(states, document).isShownTo(caller));
  }

  /** A number of the states' shape, so that another shape is folded anew. */
  private static int version(StateCodec<?> states) {
    return 1 + ((Integer.parseUnsignedInt(states.version(), 0, 8, 16) + FORMAT) >>> 2);
  }

  private static <S, E> Changes<ProcessDocument> step(
      Decider<?, S, E> decider,
      StateCodec<S> states,
      @Nullable ProcessDocument document,
      Recorded<E> event) {
    Optional<ProcessDocument> before = Optional.ofNullable(document);
    S state =
        decider
            .evolve()
            .apply(
                before.map(it -> states.read(it.folded())).orElse(decider.initial()),
                event.event());
    ProcessProgress progress =
        before
            .map(ProcessDocument::progress)
            .orElse(ProcessProgress.NONE)
            .next(steps(state), event.time());
    ProcessDocument after =
        ProcessDocument.of(before, states.write(state).toString(), progress, event.time());
    return Changes.to(
        after,
        new Change.Index(BY_STATE, event.id(), progress.state(), after.since().toEpochMilli()));
  }

  private static Progress progress(StateCodec<?> states, ProcessDocument document) {
    return (Progress) states.read(document.folded());
  }

  private static Steps steps(Object state) {
    return ((Progress) state).steps();
  }

  private ProcessManager and(ProcessManager other) {
    if (projection.version() != other.projection.version()) {
      throw new IllegalArgumentException(
          "the process '%s' has two states: the deciders that the reactions %s and %s answer are to"
                  .formatted(name, reactions, other.reactions)
              + " have the same");
    }
    return new ProcessManager(
        name, projection, Stream.concat(reactions.stream(), other.reactions.stream()).toList());
  }

  /**
   * Lists its processes in a state, by their ids, those first that have been so for longest; the
   * score is since when, in milliseconds since 1970.
   */
  public static Listing list(Progress.State state) {
    return Listing.of(BY_STATE, ProcessProgress.word(state)).lowestFirst();
  }
}
