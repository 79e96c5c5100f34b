package dev.foldline.bank;

import static dev.foldline.bank.TransferEvent.TRANSFERS;

import dev.foldline.bank.TransferCommand.Answered;
import dev.foldline.bank.TransferCommand.Cancel;
import dev.foldline.bank.TransferCommand.Deadline;
import dev.foldline.bank.TransferCommand.Release;
import dev.foldline.bank.TransferCommand.Request;
import dev.foldline.bank.TransferEvent.Completed;
import dev.foldline.bank.TransferEvent.Failed;
import dev.foldline.bank.TransferEvent.Held;
import dev.foldline.bank.TransferEvent.Rejected;
import dev.foldline.bank.TransferEvent.Released;
import dev.foldline.bank.TransferEvent.Requested;
import dev.foldline.bank.TransferEvent.Stopped;
import dev.foldline.bank.TransferEvent.Taken;
import dev.foldline.core.Caller;
import dev.foldline.core.Decider;
import dev.foldline.core.Progress;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.Steps;
import java.util.List;

/**
 * Money on its way from one account to another. What is taken is given, or goes back, or is held.
 *
 * @param request what was asked for; before it nothing
 * @param stopped why it is to come to nothing; empty if it is not
 */
public record Transfer(Steps steps, Requested request, String stopped) implements Progress {

  static final String TAKE = "take";
  static final String GIVE = "give";
  static final String GIVE_BACK = "give-back";
  static final String RELEASE = "release";

  public static final Decider<TransferCommand, Transfer, TransferEvent> DECIDER =
      new Decider<>(
              TRANSFERS,
              TransferCommand::transfer,
              new Transfer(Steps.NONE, new Requested("", "", 0, "", false), ""),
              Transfer::decide,
              Transfer::evolve)
          .guardedBy(Transfer::may);

  private static boolean may(Caller caller, TransferCommand command, Transfer transfer) {
    return switch (command) {
      case Request(_, _, _, _, var by, var teller) ->
          caller.subject().equals(by)
              && caller.hasRole(Access.TELLER) == teller
              && transfer.isShownTo(caller);
      case Cancel _ -> transfer.isShownTo(caller);
      case Release _ -> transfer.request.by().isEmpty() || caller.hasRole(Access.TELLER);
      case Deadline _, Answered _ -> true; // no function takes them
    };
  }

  @Override
  public boolean isShownTo(Caller caller) {
    return Access.isFor(caller, request.by());
  }

  private static List<TransferEvent> decide(TransferCommand command, Transfer transfer) {
    return switch (command) {
      case Request(_, var from, var to, var cents, var by, var teller) ->
          transfer.request(new Requested(from, to, cents, by, teller));
      case Cancel _ -> transfer.known().cancel();
      case Release(_, var to) -> transfer.known().release(to);
      case Deadline _ -> transfer.stop("too-late");
      case Answered(_, var result) -> transfer.answer(result);
    };
  }

  private List<TransferEvent> request(Requested asked) {
    if (asked.from().equals(asked.to())) {
      throw new Refused("same-account");
    }
    if (!isNew() && !asked.equals(request)) {
      throw new Refused("transfer-exists");
    }
    return isNew() ? List.of(asked) : List.of();
  }

  private boolean isNew() {
    return steps.all().isEmpty();
  }

  private Transfer known() {
    if (isNew()) {
      throw new Refused("no-such-transfer");
    }
    return this;
  }

  private List<TransferEvent> cancel() {
    if (state().isOver()) {
      throw new Refused("transfer-is-over");
    }
    if (state() == State.HELD || steps.waitsFor(RELEASE)) {
      throw new Refused("transfer-is-held");
    }
    return stop("cancelled");
  }

  /** What goes back, or is released, is not stopped on its way. */
  private List<TransferEvent> stop(String code) {
    if (!stopped.isEmpty()) {
      return List.of();
    }
    if (steps.waitsFor(TAKE)) {
      return List.of(new Stopped(TAKE, code));
    }
    return steps.waitsFor(GIVE) ? List.of(new Stopped(GIVE, code)) : List.of();
  }

  private List<TransferEvent> release(String to) {
    if (state() != State.HELD) {
      throw new Refused("transfer-not-held");
    }
    return List.of(new Released(to, request.cents()));
  }

  private List<TransferEvent> answer(Result result) {
    return switch (result) {
      case Result.Done(var step, _) -> List.of(done(step));
      case Result.Refused(var step, var code) -> List.of(refused(step, code));
      case Result.Failed(var step, var code) -> List.of(refused(step, code));
    };
  }

  private TransferEvent done(String step) {
    return switch (step) {
      case TAKE ->
          stopped.isEmpty()
              ? new Taken(request.to(), request.cents())
              : new Rejected(request.from(), request.cents(), stopped);
      case GIVE, RELEASE -> new Completed();
      case GIVE_BACK -> new Failed(stopped);
      default -> throw new IllegalStateException(step);
    };
  }

  private TransferEvent refused(String step, String code) {
    return switch (step) {
      case TAKE -> new Failed(stopped.isEmpty() ? code : stopped);
      case GIVE ->
          new Rejected(request.from(), request.cents(), stopped.isEmpty() ? code : stopped);
      case GIVE_BACK, RELEASE -> new Held(code);
      default -> throw new IllegalStateException(step);
    };
  }

  private static Transfer evolve(Transfer transfer, TransferEvent event) {
    Steps steps = transfer.steps();
    return switch (event) {
      case Requested requested -> new Transfer(steps.start(TAKE), requested, "");
      case Taken _ -> transfer.with(steps.done(TAKE).start(GIVE));
      case Stopped(_, var code) -> transfer.stoppedFor(code);
      case Rejected(_, _, var code) ->
          transfer
              .stoppedFor(code)
              .with(
                  (steps.waitsFor(GIVE) ? steps.refused(GIVE) : steps.done(TAKE)).start(GIVE_BACK));
      case Completed() ->
          transfer.with(
              (steps.waitsFor(GIVE) ? steps.done(GIVE) : steps.done(RELEASE)).completed());
      case Failed(var code) -> transfer.with(transfer.without(code));
      case Held(var code) ->
          transfer.with(
              (steps.waitsFor(RELEASE) ? steps.refused(RELEASE) : steps.refused(GIVE_BACK))
                  .heldFor(code));
      case Released _ -> transfer.with(steps.start(RELEASE));
    };
  }

  /** It comes to nothing: nothing was taken, or it is back. */
  private Steps without(String code) {
    Steps ended =
        steps.waitsFor(GIVE_BACK) ? steps.done(GIVE_BACK).undone(TAKE) : steps.refused(TAKE);
    return ended.failedWith(code);
  }

  private Transfer with(Steps next) {
    return new Transfer(next, request, stopped);
  }

  private Transfer stoppedFor(String code) {
    return new Transfer(steps, request, code);
  }
}
