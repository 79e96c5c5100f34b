package dev.foldline.core.commands;

import dev.foldline.core.Appended;
import dev.foldline.core.Conflict;
import dev.foldline.core.Decider;
import dev.foldline.core.Forbidden;
import dev.foldline.core.KeyReused;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.Receipt;
import dev.foldline.core.Refused;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import dev.foldline.core.commands.Next.Reason;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commands on one stream, from their coming to their answers: they are decided one after another,
 * each on the state that the last one left, and appended together at the revision decided on;
 * whoever comes second folds what is new and decides again.
 *
 * <p>It does nothing itself: it is told what happened, and answers what is to be done next. So it
 * has neither a clock nor I/O nor threads; used by one thread at a time.
 */
public final class CommandLoop<C, S, E> {

  private final Decider<C, S, E> decider;
  private final String stream;
  private final List<Asked<C>> commands;
  private final int attempts;
  private final Deciding<C, S, E> deciding;

  /** Which commands have an answer, or nobody who waits for it. */
  private final BitSet over = new BitSet();

  /** Which command the events with these ids are of, as far as they may be in the stream. */
  private final Map<UUID, Integer> sent = new HashMap<>();

  /** The revision of the last event that was found of a command that had been sent. */
  private final Map<Integer, Long> found = new HashMap<>();

  private LoopState<S> state = new LoopState.Waiting<>();

  /** Whether what was too large together is appended one by one. */
  private boolean alone;

  /**
   * @param attempts how often they are decided at most, when others keep appending first
   */
  public CommandLoop(
      Decider<C, S, E> decider,
      String stream,
      List<Asked<C>> commands,
      int attempts,
      Deciding<C, S, E> deciding) {
    this.decider = decider;
    this.stream = stream;
    this.commands = commands;
    this.attempts = attempts;
    this.deciding = deciding;
  }

  /**
   * What is to be done next.
   *
   * @param left the commands whose callers are gone
   */
  public Turn<S> next(Happened<S> happened, BitSet left) {
    over.or(left);
    return switch (happened) {
      case Happened.Came(var cached) -> came(cached);
      case Happened.Read(var now, var revisions) -> {
        revisions.forEach((id, revision) -> found.merge(sent.get(id), revision, Math::max));
        yield read(now);
      }
      case Happened.Done(var end) -> appended(appending().decision(), end);
      case Happened.Withdrawn(var withdrawn) -> {
        over.or(withdrawn);
        LoopState.Appending<S> last = appending();
        yield decide(last.decision().base(), last.verified(), last.attempt());
      }
      case Happened.Failed(var cause) -> failed(cause);
    };
  }

  private Turn<S> came(@Nullable StreamState<S> cached) {
    if (isOver()) {
      return end(Map.of(), null);
    }
    if (cached != null) {
      return decide(cached, false, 1);
    }
    state = new LoopState.Reading<>(1);
    return doing(new Next.Load<>());
  }

  private Turn<S> read(StreamState<S> now) {
    return switch (state) {
      case LoopState.Reading(var attempt) -> decide(now, true, attempt);
      case LoopState.Losing(_, _, var attempt) -> decide(now, true, attempt + 1);
      case LoopState.Settling(var decision, var attempt) ->
          // Where nothing new is in the stream the append may still be on its way. The very same
          // again can't have an effect twice.
          Objects.equals(now.lastEvent(), decision.base().lastEvent())
              ? append(decision, true, true, attempt + 1)
              : decide(now, true, attempt + 1);
      case LoopState.Waiting<S> _, LoopState.Appending<S> _ -> throw unexpected();
    };
  }

  private Turn<S> failed(Throwable cause) {
    return switch (state) {
      case LoopState.Reading<S> _ -> giveUp(Map.of(), cause);
      case LoopState.Appending<S> last -> appendFailed(last, cause);
      case LoopState.Losing(var decision, var unsure, _) ->
          giveUp(decision.failed(cause, unsure), cause);
      case LoopState.Settling(var decision, var attempt) ->
          cause instanceof Unavailable
              ? append(decision, true, true, attempt + 1)
              : giveUp(decision.failed(cause, true), cause);
      case LoopState.Waiting<S> _ -> throw unexpected();
    };
  }

  private Turn<S> appendFailed(LoopState.Appending<S> last, Throwable cause) {
    return switch (cause) {
      case WrongRevision _ -> lost(last);
      case OutcomeUnknown _ -> settle(last);
      case Unavailable _ when last.unsure() -> settle(last);
      case TooLarge _ when !last.unsure() -> tooLarge(last, cause);
      default -> giveUp(last.decision().failed(cause, last.unsure()), cause);
    };
  }

  /**
   * Decides one command after another, as far as the events fit in one append and their revisions
   * need not be known.
   *
   * @param verified whether the stream was at the base after the commands came
   */
  private Turn<S> decide(StreamState<S> base, boolean verified, int attempt) {
    Decision<S> decision = new Decision<>(stream, base, alone);
    int i = over.nextClearBit(0);
    while (i < commands.size() && decide(i, decision)) {
      i = over.nextClearBit(i + 1);
    }
    if (decision.mustBeVerified() && !verified) {
      state = new LoopState.Reading<>(attempt);
      return catchUp(base, Reason.VERIFY, attempt);
    }
    return decision.events().isEmpty()
        ? end(decision.answers(base.revision()), base)
        : append(decision, verified, false, attempt);
  }

  /** Whether it could be decided before what was decided is appended. */
  private boolean decide(int i, Decision<S> decision) {
    Asked<C> asked = commands.get(i);
    try {
      return asked.identity() instanceof CommandIdentity.OfEffect effect
          ? decideEffect(i, asked, effect, decision)
          : decideCommand(i, asked, decision);
    } catch (RuntimeException | Error e) {
      decision.refuse(i, e);
      return true;
    }
  }

  private boolean decideCommand(int i, Asked<C> asked, Decision<S> decision) {
    CommandIdentity identity = asked.identity();
    Precondition precondition = asked.context().precondition();
    @Nullable Long last = found.get(i);
    RecentKeys.@Nullable Entry before = decision.before(identity);
    boolean own = before != null && before.isBy(asked.context().caller());
    if (last != null) {
      decision.answer(i, new Receipt(stream, last, false));
    } else if (!own && !mayBeGiven(asked, decision.state())) {
      throw new Forbidden();
    } else if (decision.isReused(identity)) {
      throw new KeyReused();
    } else if (before != null) {
      decision.repeat(i, before, own || !decider.isGuarded());
    } else if (decision.revisionsAreOpen() && !(precondition instanceof Precondition.None)) {
      return false;
    } else if (!precondition.holds(decision.unmarked(), decision.revision())) {
      throw new PreconditionFailed(stream, decision.unmarked());
    } else {
      Decided<E> decided = deciding.decide(asked, decision.state(), decision.revision() < 0);
      if (!decided.events().isEmpty() && decision.isPast(identity)) {
        throw new Refused(
            "past-its-turn",
            "this command of the request had no effect before the ones that came after it");
      }
      S after = decider.fold(decision.state(), decided.events());
      if (!decision.hasRoomFor(decided.stored())) {
        return false;
      }
      decision.add(i, asked, decided.stored(), after);
    }
    return true;
  }

  /**
   * What stands in the stream under its key is its outcome, whatever would be decided by now. What
   * leaves no event leaves a mark. No guard is asked: it stands at the door.
   */
  private boolean decideEffect(
      int i, Asked<C> asked, CommandIdentity.OfEffect effect, Decision<S> decision) {
    @Nullable Handled handled = decision.handled(effect);
    if (handled != null) {
      if (handled.isOfAnother(effect.digest())) {
        effect.differs().run();
      }
      decision.repeat(i, handled);
    } else if (!effect.earlier().reaches(effect.cause(), decision.base())) {
      decision.leave(i, new NotReached(stream, decision.base()));
    } else {
      boolean begins = decision.revision() < 0;
      String refused = "";
      Decided<E> decided;
      try {
        decided = deciding.decide(asked, decision.state(), begins);
      } catch (Refused e) {
        if (effect.refusal() == CommandIdentity.OnRefusal.FAIL) {
          throw e;
        }
        refused = e.code();
        decided = new Decided<>(List.of(), List.of());
      }
      List<StoredEvent> stored =
          decided.stored().isEmpty()
              ? List.of(deciding.mark(asked, refused, begins))
              : decided.stored();
      S after = decider.fold(decision.state(), decided.events());
      if (!decision.hasRoomFor(stored)) {
        return false;
      }
      decision.handle(i, effect, refused, stored, after);
    }
    return true;
  }

  private boolean mayBeGiven(Asked<C> asked, S now) {
    return decider.guard().may(asked.context().caller(), asked.command(), now);
  }

  private Turn<S> append(Decision<S> decision, boolean verified, boolean unsure, int attempt) {
    state = new LoopState.Appending<>(decision, verified, unsure, attempt);
    decision.writers().forEach(sent::put);
    BitSet writers = new BitSet();
    decision.writers().values().forEach(writers::set);
    return doing(new Next.Append<>(decision.base().revision(), decision.events(), writers));
  }

  private Turn<S> appended(Decision<S> decision, Appended end) {
    StreamState<S> now = decision.appended(end);
    Turn<S> answered = end(decision.answers(end.revision()), now);
    return isOver() ? answered : decide(now, !decision.mayBeRepeated(), 1).after(answered);
  }

  /** Decides again, as others were first. */
  private Turn<S> lost(LoopState.Appending<S> last) {
    Decision<S> decision = last.decision();
    if (!last.unsure()) {
      sent.clear(); // an event with such an id is another instance's
      if (last.attempt() >= attempts) {
        Conflict conflict = new Conflict(stream);
        return giveUp(decision.failed(conflict, false), conflict);
      }
    }
    state = new LoopState.Losing<>(decision, last.unsure(), last.attempt());
    return catchUp(decision.base(), Reason.CONFLICT, last.attempt());
  }

  /** Finds out whether an append was done that was not answered. */
  private Turn<S> settle(LoopState.Appending<S> last) {
    Decision<S> decision = last.decision();
    if (isOver()) {
      OutcomeUnknown unknown = new OutcomeUnknown(stream);
      return giveUp(decision.failed(unknown, true), unknown);
    }
    state = new LoopState.Settling<>(decision, last.attempt());
    return catchUp(decision.base(), Reason.OUTCOME_UNKNOWN, last.attempt());
  }

  /** What was too large together may not be alone: nobody pays for the size of another command. */
  private Turn<S> tooLarge(LoopState.Appending<S> last, Throwable cause) {
    Decision<S> decision = last.decision();
    Set<Integer> writers = Set.copyOf(decision.writers().values());
    alone = true;
    if (writers.size() > 1) {
      return decide(decision.base(), last.verified(), last.attempt());
    }
    Turn<S> refused = end(Map.of(writers.iterator().next(), new Answer.Failed(cause)), null);
    return isOver()
        ? refused
        : decide(decision.base(), last.verified(), last.attempt()).after(refused);
  }

  /** Answers all that have no answer yet: what is known of them, or why nothing is. */
  private Turn<S> giveUp(Map<Integer, Answer> known, Throwable cause) {
    Map<Integer, Answer> answers = new HashMap<>(known);
    for (int i = over.nextClearBit(0); i < commands.size(); i = over.nextClearBit(i + 1)) {
      answers.putIfAbsent(i, new Answer.Failed(cause));
    }
    return end(answers, null);
  }

  private Turn<S> catchUp(StreamState<S> from, Reason reason, int attempt) {
    return doing(new Next.CatchUp<>(from, Set.copyOf(sent.keySet()), reason, attempt));
  }

  private Turn<S> end(Map<Integer, Answer> answers, @Nullable StreamState<S> known) {
    answers.keySet().forEach(over::set);
    return new Turn<>(answers, known, new Next.End<>());
  }

  private Turn<S> doing(Next<S> next) {
    return new Turn<>(Map.of(), null, next);
  }

  private boolean isOver() {
    return over.nextClearBit(0) >= commands.size();
  }

  private LoopState.Appending<S> appending() {
    if (state instanceof LoopState.Appending<S> appending) {
      return appending;
    }
    throw unexpected();
  }

  private IllegalStateException unexpected() {
    return new IllegalStateException("unexpected while " + state);
  }
}
