package dev.foldline.testing.simulation;

import dev.foldline.core.Appended;
import dev.foldline.core.Decider;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.WrongRevision;
import dev.foldline.core.commands.Answer;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandLoop;
import dev.foldline.core.commands.Decided;
import dev.foldline.core.commands.Deciding;
import dev.foldline.core.commands.HandledEffects;
import dev.foldline.core.commands.Happened;
import dev.foldline.core.commands.Next;
import dev.foldline.core.commands.StreamState;
import dev.foldline.core.commands.Turn;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One command, as one instance handles it: does what its {@link CommandLoop} says. */
final class CommandExecution<C, S, E> {

  private static final int ATTEMPTS = 20;

  private final World world;
  private final Decider<C, S, E> decider;
  private final String stream;
  private final CommandLoop<C, S, E> loop;
  private @Nullable Next<S> due;

  CommandExecution(World world, Decider<C, S, E> decider, Asked<C> asked) {
    this.world = world;
    this.decider = decider;
    this.stream = decider.stream(asked.command());
    this.loop = new CommandLoop<>(decider, stream, List.of(asked), ATTEMPTS, new Storing());
  }

  /**
   * Does the next step.
   *
   * @return its answer, once it has one
   */
  Optional<Answer> step(Chance chance) {
    Turn<S> turn = loop.next(happened(chance), new BitSet());
    due = turn.next();
    return Optional.ofNullable(turn.answers().get(0));
  }

  private Happened<S> happened(Chance chance) {
    return switch (due) {
      case null -> new Happened.Came<>(null);
      case Next.Load<S> _ -> load(chance);
      case Next.CatchUp<S>(var from, var sought, _, _) ->
          world.log().read(decider, stream, from, sought);
      case Next.Append<S> append -> append(append, chance);
      case Next.End<S> _ -> throw new IllegalStateException("it has its answer");
    };
  }

  /** What is remembered of a long stream does not reach back to its beginning. */
  private Happened<S> load(Chance chance) {
    StreamState<S> now = world.log().read(decider, stream, nothing(), Set.of()).now();
    return new Happened.Read<>(
        chance.strikes(10)
            ? new StreamState<>(
                now.state(),
                now.revision(),
                now.position(),
                now.lastEvent(),
                now.unmarked(),
                now.keys(),
                new HandledEffects(List.of(), now.position()))
            : now,
        Map.of());
  }

  private StreamState<S> nothing() {
    return world.log().nothing(decider);
  }

  private Happened<S> append(Next.Append<S> append, Chance chance) {
    try {
      if (!chance.strikes(8)) {
        return new Happened.Done<>(write(append));
      }
      switch (chance.pick(3)) {
        case 0 -> {} // it never arrives
        case 1 -> world.underWay().add(new Late(append));
        default -> write(append);
      }
      return new Happened.Failed<>(new OutcomeUnknown(stream));
    } catch (WrongRevision e) {
      return new Happened.Failed<>(e);
    }
  }

  private Appended write(Next.Append<S> append) {
    return world.log().append(stream, append.expected(), append.events());
  }

  private String typeOf(E event) {
    return decider.category().types().entrySet().stream()
        .filter(type -> type.getValue().isInstance(event))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(event + " is no event of " + decider));
  }

  /** An append that arrives when nobody waits for it any more. */
  private final class Late implements Work {

    private final Next.Append<S> append;

    Late(Next.Append<S> append) {
      this.append = append;
    }

    @Override
    public boolean step(Chance chance) {
      try {
        write(append);
      } catch (WrongRevision _) {
        // it came too late
      }
      return true;
    }

    @Override
    public Work again() {
      return this;
    }
  }

  /** What the decider does, and how its events are stored: as they are. */
  private final class Storing implements Deciding<C, S, E> {

    @Override
    public Decided<E> decide(Asked<C> asked, S state, boolean begins) {
      List<E> events = decider.decide().apply(asked.command(), state);
      List<StoredEvent> stored = new ArrayList<>();
      for (E event : events) {
        String type = typeOf(event);
        stored.add(world.log().propose(asked, stream, stored.size(), type, event));
      }
      return new Decided<>(events, stored);
    }

    @Override
    public StoredEvent mark(Asked<C> asked, String refused, boolean begins) {
      return world.log().propose(asked, stream, 0, StoredEvent.MARK, new Log.Mark(refused));
    }
  }
}
