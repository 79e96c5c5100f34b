package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Appended;
import dev.foldline.core.Decider;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.WrongRevision;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandLoop;
import dev.foldline.core.commands.Happened;
import dev.foldline.core.commands.Next;
import dev.foldline.core.commands.StreamState;
import dev.foldline.core.commands.Turn;
import dev.foldline.eventstoredb.commands.CommandListener.Begun;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.snapshots.SnapshotKeeper;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Commands that are handled together: does for them what their {@link CommandLoop} says. */
final class Batch<C, S, E> {

  private static final int BACK_OFF_MILLIS = 2;

  private final Shared shared;
  private final Decider<C, S, E> decider;
  private final String stream;
  private final List<Call<C, S, E>> calls;
  private final List<CommandContext> contexts;
  private final CommandLoop<C, S, E> loop;

  /** What all batches use. */
  record Shared(
      Streams streams,
      EventCodec codec,
      StreamLoader loader,
      SnapshotKeeper snapshots,
      CachedStates cache,
      int attempts,
      CommandListener listener) {}

  /**
   * @param calls of one decider on one stream
   */
  Batch(Shared shared, String stream, List<Call<C, S, E>> calls) {
    this.shared = shared;
    this.decider = calls.getFirst().decider();
    this.stream = stream;
    this.calls = calls;
    this.contexts = calls.stream().map(call -> call.asked().context()).toList();
    Encoding encoding = new Encoding(shared.codec(), stream);
    this.loop =
        new CommandLoop<>(
            decider,
            stream,
            calls.stream().map(Call::asked).toList(),
            shared.attempts(),
            (asked, state, begins) -> encoding.encode(asked, decide(asked, state), begins));
  }

  /** Handles them; each call has its answer when that ends. */
  Uni<Void> run() {
    return Uni.createFrom()
        .deferred(() -> follow(next(new Happened.Came<>(shared.cache().get(decider, stream)))))
        .onFailure()
        .invoke(bug -> calls.forEach(call -> call.fail(bug)));
  }

  private Turn<S> next(Happened<S> happened) {
    return loop.next(happened, which(Call::isOver));
  }

  private BitSet which(Predicate<Call<C, S, E>> those) {
    BitSet found = new BitSet();
    for (int i = 0; i < calls.size(); i++) {
      found.set(i, those.test(calls.get(i)));
    }
    return found;
  }

  private Uni<Void> follow(Turn<S> turn) {
    @Nullable StreamState<S> known = turn.known();
    if (known != null) {
      shared.cache().put(decider, stream, known);
    }
    turn.answers().forEach((i, answer) -> calls.get(i).answer(answer));
    return switch (turn.next()) {
      case Next.Load<S> _ -> load();
      case Next.CatchUp<S> catchUp -> catchUp(catchUp);
      case Next.Append<S> append -> append(append);
      case Next.End<S> _ -> Uni.createFrom().voidItem();
    };
  }

  private Uni<Void> then(Uni<? extends Happened<S>> work) {
    return work.onItemOrFailure()
        .transformToUni(
            (happened, failure) ->
                follow(next(failure == null ? happened : new Happened.Failed<>(failure))));
  }

  private Uni<Void> load() {
    return then(
        heard(CommandListener.Step.LOAD, () -> shared.loader().load(decider, stream))
            .map(now -> new Happened.Read<>(now, Map.of())));
  }

  private Uni<Void> catchUp(Next.CatchUp<S> due) {
    Map<UUID, Long> found = new HashMap<>();
    Uni<StreamState<S>> work =
        Uni.createFrom()
            .deferred(
                () ->
                    shared
                        .loader()
                        .catchUp(decider, stream, due.from(), event -> note(event, due, found)));
    return then(
        (switch (due.reason()) {
              case VERIFY -> work;
              case CONFLICT -> {
                shared.listener().retry();
                yield pause(due.attempt()).chain(() -> work);
              }
              case OUTCOME_UNKNOWN -> {
                shared.listener().unknownOutcome();
                yield pause(due.attempt()).chain(() -> work);
              }
            })
            .map(now -> new Happened.Read<>(now, found)));
  }

  private static void note(
      Recorded<StoredEvent> event, Next.CatchUp<?> due, Map<UUID, Long> found) {
    if (due.sought().contains(event.eventId())) {
      found.put(event.eventId(), event.revision());
    }
  }

  private Uni<Void> append(Next.Append<S> due) {
    BitSet withdrawn = (BitSet) due.commands().clone();
    due.commands().stream().filter(i -> calls.get(i).send()).forEach(withdrawn::clear);
    if (!withdrawn.isEmpty()) {
      return follow(next(new Happened.Withdrawn<>(withdrawn)));
    }
    return heard(
            CommandListener.Step.APPEND,
            () ->
                Uni.createFrom()
                    .completionStage(shared.streams().append(stream, due.expected(), due.events())))
        .onItemOrFailure()
        .transformToUni(
            (end, failure) ->
                failure == null ? appended(due, end) : follow(next(notAppended(failure))));
  }

  private Uni<Void> appended(Next.Append<S> done, Appended end) {
    shared.listener().appended(done.events().size());
    Turn<S> turn = next(new Happened.Done<>(end));
    @Nullable StreamState<S> known = turn.known();
    if (known != null) {
      shared.snapshots().passed(decider, stream, done.expected(), known);
    }
    return follow(turn);
  }

  private Happened<S> notAppended(Throwable failure) {
    if (failure instanceof WrongRevision) {
      shared.listener().conflict();
    }
    return new Happened.Failed<>(failure);
  }

  private List<E> decide(Asked<C> asked, S state) {
    Begun deciding =
        shared.listener().began(CommandListener.Step.DECIDE, stream, List.of(asked.context()));
    try {
      List<E> events = decider.decide().apply(asked.command(), state);
      deciding.ended(null);
      return events;
    } catch (RuntimeException | Error e) {
      deciding.ended(e);
      throw e;
    }
  }

  private <T> Uni<T> heard(CommandListener.Step step, Supplier<Uni<T>> work) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Begun begun = shared.listener().began(step, stream, contexts);
              return begun == Begun.UNHEARD
                  ? work.get()
                  : work.get().onTermination().invoke((_, failure, _) -> begun.ended(failure));
            });
  }

  private static Uni<Void> pause(int attempt) {
    int bound = BACK_OFF_MILLIS << Math.min(attempt, 6);
    Duration pause = Duration.ofMillis(1 + ThreadLocalRandom.current().nextInt(bound));
    return Uni.createFrom().voidItem().onItem().delayIt().by(pause);
  }
}
