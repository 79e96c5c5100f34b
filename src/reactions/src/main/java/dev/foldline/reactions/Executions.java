package dev.foldline.reactions;

import dev.foldline.core.Caller;
import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.NotFound;
import dev.foldline.core.Performs.Attempt;
import dev.foldline.core.Reaction;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity.OfEffect;
import dev.foldline.core.commands.CommandIdentity.OnRefusal;
import dev.foldline.core.commands.Earlier;
import dev.foldline.core.commands.NotReached;
import dev.foldline.core.commands.Precondition;
import dev.foldline.core.effects.Cause;
import dev.foldline.core.effects.EffectSteps;
import dev.foldline.core.effects.Next;
import dev.foldline.core.effects.Stage;
import dev.foldline.core.effects.Told;
import dev.foldline.reactions.EventEffects.Caused;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Has the effects of events take place: does what their {@link EffectSteps} say. */
final class Executions<E> {

  /** So often a stream is read back for one step, as others append to it meanwhile. */
  private static final int READINGS = 20;

  /** Nothing is remembered elsewhere. */
  private static final long ALL = Long.MAX_VALUE;

  private final Engine engine;
  private final Reaction<E> reaction;
  private final EventEffects<E> effects;
  private final ReadBacks readBacks;
  private final Figures figures;

  Executions(
      Engine engine,
      Reaction<E> reaction,
      EventEffects<E> effects,
      ReadBacks readBacks,
      Figures figures) {
    this.engine = engine;
    this.reaction = reaction;
    this.effects = effects;
    this.readBacks = readBacks;
    this.figures = figures;
  }

  /**
   * Has the effects of an event take place, one after another.
   *
   * @param event with its own position
   * @return fails if it is to be done again: what took place is found then
   */
  Uni<End> run(Recorded<StoredEvent> event, Tries tries) {
    return effects.of(event).chain(all -> run(all, 0, tries, new End.Settled()));
  }

  private Uni<End> run(List<Caused<E>> all, int next, Tries tries, End before) {
    return next == all.size()
        ? Uni.createFrom().item(before)
        : run(all.get(next), 0, tries, before).chain(end -> run(all, next + 1, tries, end));
  }

  private Uni<End> run(Caused<E> caused, int next, Tries tries, End before) {
    if (next == caused.effects().size()) {
      return Uni.createFrom().item(before);
    }
    if (caused.cause().isTooDeep()) {
      return Uni.createFrom()
          .item(
              before.and(
                  new End.Parked(
                      "a loop: %d reactions led to it, one after another"
                          .formatted(Cause.DEEPEST))));
    }
    return new Execution(caused.cause(), caused.effects().get(next), tries, Caller.ANONYMOUS)
        .run()
        .chain(end -> run(caused, next + 1, tries, before.and(end)));
  }

  /**
   * Has a person's word for what became of a command.
   *
   * @param refused why it was refused; empty if it took place
   * @param by whose word it is
   * @return fails with {@link NotFound} where the event has no such effect
   */
  Uni<End> settle(Recorded<StoredEvent> event, String effect, String refused, Caller by) {
    return effects
        .of(event)
        .chain(
            all -> {
              for (Caused<E> caused : all) {
                for (Effect each : caused.effects()) {
                  if (each instanceof Effect.Send<?> send && each.name().equals(effect)) {
                    return new Execution(caused.cause(), send, Tries.NONE, by)
                        .settle(send, refused);
                  }
                }
              }
              throw new NotFound("the event has no effect '" + effect + "' that is a command");
            });
  }

  /** Decides what a person has said. */
  private static <C, S, E> Decider<C, S, E> overruling(Decider<C, S, E> target, String refused) {
    return new Decider<>(
        target.category(),
        target.id(),
        target.initial(),
        (_, _) -> {
          if (refused.isEmpty()) {
            return List.of();
          }
          throw new Refused(refused);
        },
        target.evolve(),
        target.stateVersion());
  }

  /** One execution of one effect. */
  private final class Execution {

    private final Cause<E> cause;
    private final Effect effect;
    private final Tries tries;
    private final Caller by;
    private final EffectSteps steps;
    private final Optional<Told<?>> told;

    /** Behind which position the effects are remembered of the stream that is to be read back. */
    private long forgotten = ALL;

    private int readings;

    /**
     * @param by who has it done; nobody, where the system does
     */
    Execution(Cause<E> cause, Effect effect, Tries tries, Caller by) {
      this.by = by;
      this.cause = cause;
      this.effect = effect;
      this.tries = tries;
      this.told = Told.of(reaction, cause, effect);
      this.steps =
          new EffectSteps(effect instanceof Effect.Perform<?>, told.isPresent(), key(Stage.ANSWER));
    }

    private UUID key(Stage stage) {
      return cause.key(effect.name(), stage);
    }

    Uni<End> run() {
      return follow(steps.first());
    }

    /** What the target is found to hold is its outcome, whatever was said. */
    <C> Uni<End> settle(Effect.Send<C> send, String refused) {
      return readBack(send.stream(), key(Stage.ACT), forgotten)
          .chain(
              found ->
                  switch (found) {
                    case ReadBacks.Found.Known(var earlier) -> settle(send, refused, earlier);
                    case ReadBacks.Found.Unknowable _ ->
                        settle(send, refused, new Earlier.Overruled());
                  });
    }

    /** The target holds it as a mark; one that was deleted for good takes none, and needs none. */
    private <C> Uni<End> settle(Effect.Send<C> send, String refused, Earlier earlier) {
      Result said =
          refused.isEmpty()
              ? new Result.Done(effect.name(), new Receipt(send.stream(), -1, false))
              : new Result.Refused(effect.name(), refused);
      return handle(overruling(send.to(), refused), send.command(), earlier)
          .map(_ -> steps.first())
          .onFailure(Refused.class)
          .recoverWithItem(steps::first)
          .onFailure(NotFound.class)
          .recoverWithItem(() -> steps.acted(said))
          .chain(this::follow)
          .onFailure(NotReached.class)
          .recoverWithUni(
              failure -> {
                remember(failure);
                return settle(send, refused);
              });
    }

    private Uni<End> follow(Next next) {
      return switch (next) {
        case Next.Act(var target) -> act(target).chain(this::follow);
        case Next.ReadTarget() ->
            readBack(send().stream(), key(Stage.ACT), forgotten)
                .map(
                    found ->
                        switch (found) {
                          case ReadBacks.Found.Known(var earlier) -> steps.targetRead(earlier);
                          case ReadBacks.Found.Unknowable(var reason) ->
                              steps.targetUnknowable(reason);
                        })
                .chain(this::follow);
        case Next.ReadTold last ->
            readBack(whoIsTold().stream(effect.name()), steps.answer(), ALL)
                .map(
                    found ->
                        switch (found) {
                          case ReadBacks.Found.Known(var earlier) -> steps.toldRead(last, earlier);
                          case ReadBacks.Found.Unknowable(var reason) ->
                              steps.toldUnknowable(reason);
                        })
                .chain(this::follow);
        case Next.Perform() -> perform();
        case Next.Tell last -> tell(whoIsTold(), last).chain(this::follow);
        case Next.ReadToTell last ->
            readBack(whoIsTold().stream(effect.name()), steps.answer(), forgotten)
                .map(
                    found ->
                        switch (found) {
                          case ReadBacks.Found.Known(var earlier) ->
                              steps.readToTell(last, earlier);
                          case ReadBacks.Found.Unknowable(var reason) ->
                              steps.toldUnknowable(reason);
                        })
                .chain(this::follow);
        case Next.Acknowledge() -> Uni.createFrom().item(new End.Settled());
        case Next.Park(var reason) ->
            Uni.createFrom().item(new End.Parked(effect.name() + ": " + reason));
      };
    }

    private Effect.Send<?> send() {
      return switch (effect) {
        case Effect.Send<?> send -> send;
        case Effect.Perform<?> _ -> throw new IllegalStateException(effect + " has no target");
      };
    }

    private Told<?> whoIsTold() {
      return told.orElseThrow(() -> new IllegalStateException("nobody is told of " + effect));
    }

    private Uni<ReadBacks.Found> readBack(String stream, UUID sought, long known) {
      return readings++ < READINGS
          ? readBacks.read(stream, cause.event().position(), sought, known)
          : Uni.createFrom().failure(new Unavailable(stream + " is appended to without end"));
    }

    private Uni<Next> act(Earlier target) {
      return handle(send(), target)
          .onItemOrFailure()
          .transformToUni(
              (receipt, failure) ->
                  switch (failure) {
                    case null -> {
                      figures.addDone();
                      yield next(steps.acted(new Result.Done(effect.name(), receipt)));
                    }
                    case Refused refused -> {
                      figures.addRefused();
                      yield next(steps.acted(new Result.Refused(effect.name(), refused.code())));
                    }
                    case NotReached reached -> {
                      remember(reached);
                      yield next(steps.targetNotReached());
                    }
                    case NotFound gone -> next(steps.targetUnknowable(gone.detail()));
                    case Truncated gone -> next(steps.targetUnknowable(gone.detail()));
                    default -> Uni.createFrom().failure(failure);
                  });
    }

    private <C> Uni<Receipt> handle(Effect.Send<C> send, Earlier target) {
      return handle(send.to(), send.command(), target);
    }

    private <C> Uni<Receipt> handle(Decider<C, ?, ?> decider, C command, Earlier target) {
      return engine
          .commands()
          .handle(
              decider,
              command,
              context(),
              new OfEffect(key(Stage.ACT), cause.event().position(), target, OnRefusal.MARK));
    }

    private CommandContext context() {
      return new CommandContext(
          by,
          Optional.empty(),
          new Precondition.None(),
          cause.metadata(),
          engine.timing().command());
    }

    /** A stream of which nothing is there any more may have been read back before. */
    private void remember(NotReached reached) {
      forgotten = reached.revision() < 0 ? ALL : reached.forgotten();
    }

    private static Uni<Next> next(Next next) {
      return Uni.createFrom().item(next);
    }

    private Uni<End> perform() {
      return switch (effect) {
        case Effect.Send<?> _ -> throw new IllegalStateException(effect + " is no activity");
        case Effect.Perform<?> activity ->
            undoes(activity)
                .chain(
                    undone ->
                        tries.perform(activity, new Attempt(key(Stage.ACT).toString(), undone)))
                .chain(
                    tried ->
                        switch (tried) {
                          case Tries.Tried.Over(var result) -> {
                            count(result);
                            yield follow(steps.performed(result));
                          }
                          case Tries.Tried.Later(var reason) ->
                              Uni.createFrom().item(new End.Waiting(effect.name() + ": " + reason));
                        });
      };
    }

    private Uni<Optional<String>> undoes(Effect.Perform<?> activity) {
      @Nullable String undone = activity.undoes();
      return undone == null
          ? Uni.createFrom().item(Optional.empty())
          : effects
              .keyBefore(cause.event(), undone)
              .invoke(
                  found -> {
                    if (found.isEmpty()) {
                      throw new IllegalStateException(
                          "no event before it has an effect '" + undone + "' to undo");
                    }
                  });
    }

    private void count(Result result) {
      switch (result) {
        case Result.Done _ -> figures.addDone();
        case Result.Refused _ -> figures.addRefused();
        case Result.Failed _ -> figures.addFailed();
      }
    }

    private <C> Uni<Next> tell(Told<C> who, Next.Tell last) {
      return engine
          .commands()
          .handle(
              who.decider(),
              who.command().apply(last.result()),
              context(),
              new OfEffect(key(Stage.ANSWER), cause.event().position(), last.told(), who.refusal()))
          .onItemOrFailure()
          .transformToUni(
              (_, failure) ->
                  switch (failure) {
                    case null -> next(steps.told());
                    case Refused refused ->
                        next(
                            switch (who.refusal()) {
                              case MARK -> steps.told();
                              case FAIL -> steps.toldRefused(refused.code());
                            });
                    case NotReached reached -> {
                      remember(reached);
                      yield next(steps.toldNotReached(last));
                    }
                    case NotFound gone -> next(steps.toldUnknowable(gone.detail()));
                    case Truncated gone -> next(steps.toldTruncated(gone.detail()));
                    default -> Uni.createFrom().failure(failure);
                  });
    }
  }
}
