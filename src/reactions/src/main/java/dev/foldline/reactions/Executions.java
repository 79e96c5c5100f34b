package dev.foldline.reactions;

import dev.foldline.core.Caller;
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
import dev.foldline.core.commands.Handled;
import dev.foldline.core.commands.NotReached;
import dev.foldline.core.commands.Precondition;
import dev.foldline.core.effects.Cause;
import dev.foldline.core.effects.EffectSteps;
import dev.foldline.core.effects.Next;
import dev.foldline.core.effects.Overruled;
import dev.foldline.core.effects.Stage;
import dev.foldline.core.effects.Told;
import dev.foldline.eventstoredb.events.EventMetadata;
import dev.foldline.eventstoredb.events.Mark;
import dev.foldline.reactions.EventEffects.Caused;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Has the effects of events take place: does what their {@link EffectSteps} say. */
final class Executions<E> {

  private static final Logger LOG = Logger.getLogger(Executions.class);

  /** So often a stream is read back for one step, as others append to it meanwhile. */
  private static final int READINGS = 20;

  /** Nothing is remembered elsewhere. */
  private static final long ALL = Long.MAX_VALUE;

  private final Engine engine;
  private final Reaction<E> reaction;
  private final EventEffects<E> effects;
  private final ReadBacks readBacks;
  private final Figures figures;
  private final Later later;

  /** What takes place later. */
  interface Later {

    /** Has a reminder take place when it is due. */
    Uni<Void> set(Cause<?> cause, Effect.Remind<?> reminder);

    /** A reminder is over. */
    Uni<Void> drop(Cause<?> cause, Effect.Remind<?> reminder);
  }

  Executions(
      Engine engine,
      Reaction<E> reaction,
      EventEffects<E> effects,
      ReadBacks readBacks,
      Figures figures,
      Later later) {
    this.engine = engine;
    this.reaction = reaction;
    this.effects = effects;
    this.readBacks = readBacks;
    this.figures = figures;
    this.later = later;
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
    return run(caused.cause(), caused.effects().get(next), tries)
        .chain(end -> run(caused, next + 1, tries, before.and(end)));
  }

  private Uni<End> run(Cause<E> cause, Effect effect, Tries tries) {
    return switch (effect) {
      case Effect.Send<?> send -> new Execution(cause, send, send).run();
      case Effect.Perform<?> perform -> new Execution(cause, perform, tries).run();
      case Effect.Remind<?> remind -> {
        Effect.Send<?> _ = reaction.command(cause.event(), remind);
        yield later.set(cause, remind).replaceWith(new End.Settled());
      }
      case Effect.Cancel cancel ->
          effects
              .newestBefore(cause.event(), cancel.effect())
              .chain(
                  found ->
                      found.isEmpty()
                          ? parked(
                              cancel,
                              "no event before it has an effect '%s'".formatted(cancel.effect()))
                          : end(cancel, found.get()));
    };
  }

  /** Whichever of the two is first in the target is the outcome of the one that is ended. */
  private Uni<End> end(Effect.Cancel cancel, EventEffects.Earlier<E> earlier) {
    Cause<E> cause = earlier.cause();
    Effect.Send<?> command;
    try {
      command = Overruled.tooLate(reaction, cause, earlier.effect());
    } catch (IllegalArgumentException e) {
      return parked(cancel, String.valueOf(e.getMessage()));
    }
    Uni<End> end = new Execution(cause, earlier.effect(), command).run();
    return earlier.effect() instanceof Effect.Remind<?> remind
        ? end.call(_ -> later.drop(cause, remind))
        : end;
  }

  private static Uni<End> parked(Effect.Cancel cancel, String reason) {
    return Uni.createFrom().item(new End.Parked(cancel.name() + ": " + reason));
  }

  /** Whether a reminder takes place at all: else its event is parked. */
  boolean canRemind(Cause<E> cause, Effect.Remind<?> remind) {
    if (cause.isTooDeep()) {
      return false;
    }
    try {
      Effect.Send<?> _ = reaction.command(cause.event(), remind);
      return true;
    } catch (RuntimeException _) {
      return false;
    }
  }

  /** Has a reminder take place that is due. */
  Uni<End> remind(Cause<E> cause, Effect.Remind<?> remind) {
    return new Execution(cause, remind, reaction.command(cause.event(), remind)).run();
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
                    return new Execution(caused.cause(), send, send, Tries.NONE, by)
                        .settle(send, refused);
                  }
                }
              }
              throw new NotFound("the event has no effect '" + effect + "' that is a command");
            });
  }

  /** One execution of one effect. */
  private final class Execution {

    private final Cause<E> cause;
    private final Effect effect;
    private final Effect.@Nullable Send<?> command;
    private final Tries tries;
    private final Caller by;
    private final EffectSteps steps;
    private final Optional<Told<?>> told;

    /** Behind which position the effects are remembered of the stream that is to be read back. */
    private long forgotten = ALL;

    private int readings;

    /** Of what a stream decides, as the system. */
    Execution(Cause<E> cause, Effect effect, Effect.Send<?> command) {
      this(cause, effect, command, Tries.NONE, Caller.ANONYMOUS);
    }

    /** Of what another system does. */
    Execution(Cause<E> cause, Effect.Perform<?> effect, Tries tries) {
      this(cause, effect, null, tries, Caller.ANONYMOUS);
    }

    /**
     * @param command that its target decides; null of an activity
     * @param by who has it done; nobody, where the system does
     */
    Execution(
        Cause<E> cause, Effect effect, Effect.@Nullable Send<?> command, Tries tries, Caller by) {
      this.cause = cause;
      this.effect = effect;
      this.command = command;
      this.tries = tries;
      this.by = by;
      this.told = Told.of(reaction, cause, effect);
      this.steps = new EffectSteps(command == null, told.isPresent(), key(Stage.ANSWER));
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
      return handle(
              refused.isEmpty() ? Overruled.done(send) : Overruled.refused(send, refused), earlier)
          .map(_ -> steps.first())
          .onFailure(Refused.class)
          .recoverWithItem(steps::first)
          .onFailure(NotFound.class)
          .recoverWithItem(() -> steps.acted(said))
          .onFailure(Truncated.class)
          .recoverWithUni(() -> mark(send, refused))
          .chain(this::follow)
          .onFailure(NotReached.class)
          .recoverWithUni(
              failure -> {
                remember(failure);
                return settle(send, refused);
              });
    }

    /** What can't be folded takes it behind its last event, if it does not hold the outcome. */
    private Uni<Next> mark(Effect.Send<?> send, String refused) {
      String stream = send.stream();
      return engine
          .store()
          .last(stream)
          .map(last -> last.orElseThrow(() -> new Truncated(stream)))
          .chain(
              last ->
                  readBack(stream, key(Stage.ACT), ALL)
                      .chain(
                          found ->
                              found instanceof ReadBacks.Found.Known(var earlier)
                                      && earlier.find(key(Stage.ACT)) != null
                                  ? next(steps.first())
                                  : engine
                                      .store()
                                      .append(
                                          stream,
                                          last.revision(),
                                          List.of(
                                              mark(
                                                  stream,
                                                  identity(send.command(), new Earlier.Overruled()),
                                                  refused)))
                                      .map(_ -> steps.first())));
    }

    private StoredEvent mark(String stream, OfEffect identity, String refused) {
      byte[] data = Mark.write(refused);
      return new StoredEvent(
          identity.eventId(stream, by, 0, StoredEvent.MARK, data),
          StoredEvent.MARK,
          data,
          EventMetadata.write(context(), identity, false));
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
        case Next.FindOutcome last ->
            readBack(send().stream(), key(Stage.ACT), ALL)
                .map(
                    found ->
                        switch (found) {
                          case ReadBacks.Found.Known(var earlier) -> found(last, earlier);
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
      return Objects.requireNonNull(command, () -> effect + " has no target");
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
                    case Truncated gone -> next(steps.targetTruncated(gone.detail()));
                    default -> Uni.createFrom().failure(failure);
                  });
    }

    private Next found(Next.FindOutcome last, Earlier left) {
      @Nullable Handled handled = left.find(key(Stage.ACT));
      if (handled == null) {
        return steps.outcomeNotFound(last);
      }
      Result outcome = handled.result(effect.name(), send().stream());
      count(outcome);
      return steps.acted(outcome);
    }

    private <C> Uni<Receipt> handle(Effect.Send<C> send, Earlier target) {
      return engine
          .commands()
          .handle(send.to(), send.command(), context(), identity(send.command(), target));
    }

    private OfEffect identity(Object command, Earlier target) {
      return new OfEffect(
          key(Stage.ACT),
          cause.event().position(),
          target,
          OnRefusal.MARK,
          CommandDigest.of(command),
          this::differs);
    }

    /** What the target holds counts: that a release would have it otherwise is told once. */
    private void differs() {
      if (figures.addDiffered()) {
        LOG.warnf(
            "%s: '%s' of event %d of %s has another command than it had when %s handled it; what"
                + " that came to counts. No other such effect is named here, all are counted",
            reaction,
            effect.name(),
            cause.event().revision(),
            cause.event().stream(),
            send().stream());
      }
    }

    private CommandContext context() {
      return new CommandContext(
          by,
          Optional.empty(),
          new Precondition.None(),
          cause.metadata(effect),
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
      return effect instanceof Effect.Perform<?> activity
          ? perform(activity)
          : Uni.createFrom().failure(new IllegalStateException(effect + " is no activity"));
    }

    private Uni<End> perform(Effect.Perform<?> activity) {
      return undoes(activity)
          .chain(undone -> tries.perform(activity, new Attempt(key(Stage.ACT).toString(), undone)))
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
    }

    private Uni<Optional<String>> undoes(Effect.Perform<?> activity) {
      @Nullable String undone = activity.undoes();
      return undone == null
          ? Uni.createFrom().item(Optional.empty())
          : effects
              .newestBefore(cause.event(), undone)
              .map(
                  found -> {
                    EventEffects.Earlier<E> earlier =
                        found.orElseThrow(
                            () ->
                                new IllegalStateException(
                                    "no event before it has an effect '" + undone + "' to undo"));
                    return Optional.of(earlier.cause().key(undone, Stage.ACT).toString());
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
