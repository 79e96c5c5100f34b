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
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

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
            encoding.deciding(this::decide));
  }

  /** Handles them; each call has its answer when that ends. */
  CompletionStage<?> run() {
    follow(() -> next(new Happened.Came<>(shared.cache().get(decider, stream))));
    return ended;
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

  /** Does what is to be done next. Whatever goes wrong here, nobody waits for ever. */
  private void follow(Supplier<Turn<S>> turn) {
    try {
      follow(turn.get());
    } catch (RuntimeException | Error bug) {
      calls.forEach(call -> call.fail(bug));
      ended.complete(null);
    }
  }

  private void follow(Turn<S> turn) {
    @Nullable StreamState<S> known = turn.known();
    if (known != null) {
      shared.cache().put(decider, stream, known);
    }
    turn.answers().forEach((i, answer) -> calls.get(i).answer(answer));
    switch (turn.next()) {
      case Next.Load<S> _ -> load();
      case Next.CatchUp<S> catchUp -> catchUp(catchUp);
      case Next.Append<S> append -> append(append);
      case Next.End<S> _ -> ended.complete(null);
    }
  }

  private <T> void then(CompletionStage<T> work, Function<T, Turn<S>> done) {
    CompletionStage<?> _ =
        work.whenComplete(
            (result, failure) ->
                follow(() -> failure == null ? done.apply(result) : failed(cause(failure))));
  }

  /** A stage that comes after another one wraps what that failed with. */
  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private Turn<S> failed(Throwable cause) {
    if (cause instanceof WrongRevision) {
      shared.listener().conflict();
    }
    return next(new Happened.Failed<>(cause));
  }

  private void load() {
    then(
        observed(CommandListener.Step.LOAD, () -> shared.loader().load(decider, stream)),
        now -> next(new Happened.Read<>(now, Map.of())));
  }

  private void catchUp(Next.CatchUp<S> due) {
    Map<UUID, Long> found = new HashMap<>();
    CompletionStage<?> pause =
        switch (due.reason()) {
          case VERIFY -> CompletableFuture.completedStage(null);
          case CONFLICT -> {
            shared.listener().retry();
            yield pause(due.attempt());
          }
          case OUTCOME_UNKNOWN -> {
            shared.listener().unknownOutcome();
            yield pause(due.attempt());
          }
        };
    then(
        pause.thenCompose(
            _ ->
                shared
                    .loader()
                    .catchUp(decider, stream, due.from(), event -> note(event, due, found))),
        now -> next(new Happened.Read<>(now, found)));
  }

  private static void note(
      Recorded<StoredEvent> event, Next.CatchUp<?> due, Map<UUID, Long> found) {
    if (due.sought().contains(event.eventId())) {
      found.put(event.eventId(), event.revision());
    }
  }

  private void append(Next.Append<S> due) {
    BitSet withdrawn = (BitSet) due.commands().clone();
    due.commands().stream().filter(i -> calls.get(i).send()).forEach(withdrawn::clear);
    if (withdrawn.isEmpty()) {
      then(
          observed(
              CommandListener.Step.APPEND,
              () -> shared.streams().append(stream, due.expected(), due.events())),
          end -> appended(due, end));
    } else {
      follow(next(new Happened.Withdrawn<>(withdrawn)));
    }
  }

  private Turn<S> appended(Next.Append<S> done, Appended end) {
    shared.listener().appended(done.events().size());
    Turn<S> turn = next(new Happened.Done<>(end));
    @Nullable StreamState<S> known = turn.known();
    if (known != null) {
      shared.snapshots().passed(decider, stream, done.expected(), known);
    }
    return turn;
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

  private <T> CompletionStage<T> observed(
      CommandListener.Step step, Supplier<CompletionStage<T>> work) {
    Begun begun = shared.listener().began(step, stream, contexts);
    CompletionStage<T> doing = begin(work);
    return begun == Begun.UNHEARD
        ? doing
        : doing.whenComplete((_, failure) -> begun.ended(failure == null ? null : cause(failure)));
  }

  private static <T> CompletionStage<T> begin(Supplier<CompletionStage<T>> work) {
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static CompletionStage<?> pause(int attempt) {
    int bound = BACK_OFF_MILLIS << Math.min(attempt, 6);
    int pause = 1 + ThreadLocalRandom.current().nextInt(bound);
    return CompletableFuture.runAsync(
        () -> {},
        CompletableFuture.delayedExecutor(
            pause, TimeUnit.MILLISECONDS, Infrastructure.getDefaultExecutor()));
  }
}
