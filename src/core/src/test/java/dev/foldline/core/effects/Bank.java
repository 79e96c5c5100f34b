package dev.foldline.core.effects;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Receipt;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.Stored;
import dev.foldline.core.StoredEvent;
import java.util.Collections;
import java.util.List;

/**
 * Transfers, which are asked for, and the accounts from which they take. What is done for an effect
 * says so in its data too, so that it is seen whose it is where keys are wrong.
 */
final class Bank {

  /** What a stream of either kind comes to: what it holds, or from which account it takes. */
  record Ledger(long cents, String account) {}

  sealed interface Event {}

  @Stored("paid-in")
  record PaidIn(long cents) implements Event {}

  @Stored("withdrawn")
  record Withdrawn(long cents, String effect) implements Event {}

  @Stored("requested")
  record Requested(String account) implements Event {}

  @Stored("answered")
  record Answered(String effect, String result) implements Event {}

  sealed interface Command {
    String id();

    /** Of which effect it is. */
    String effect();
  }

  /** What a caller asks for, who is no effect. */
  record PayIn(String id, String effect, long cents) implements Command {}

  /** Takes so much so many times. */
  record Withdraw(String id, String effect, long cents, int times) implements Command {}

  /** Takes all there is: nothing, where nothing is there. */
  record Sweep(String id, String effect) implements Command {}

  /** Sees to it that the effect does not take place any more. */
  record Cancel(String id, String effect) implements Command {}

  /** Takes down what became of an effect. */
  record TakeDown(String id, String effect, String result) implements Command {}

  static final Decider<Command, Ledger, Event> ACCOUNT = decider("account");
  static final Decider<Command, Ledger, Event> TRANSFER = decider("transfer");

  private Bank() {}

  private static Decider<Command, Ledger, Event> decider(String name) {
    return new Decider<>(
        Category.of(name, Event.class), Command::id, new Ledger(0, ""), Bank::decide, Bank::evolve);
  }

  static Decider<Command, Ledger, Event> of(String stream) {
    return ACCOUNT.category().isOf(stream) ? ACCOUNT : TRANSFER;
  }

  private static List<Event> decide(Command command, Ledger ledger) {
    return switch (command) {
      case PayIn(_, _, var cents) -> List.of(new PaidIn(cents));
      case Withdraw(_, var effect, var cents, var times) -> {
        if (cents * times > ledger.cents()) {
          throw new Refused("too-little");
        }
        yield Collections.nCopies(times, new Withdrawn(cents, effect));
      }
      case Sweep(_, var effect) ->
          ledger.cents() == 0 ? List.of() : List.of(new Withdrawn(ledger.cents(), effect));
      case Cancel _ -> throw new Refused("too-late");
      case TakeDown(_, var effect, var result) -> List.of(new Answered(effect, result));
    };
  }

  private static Ledger evolve(Ledger ledger, Event event) {
    return switch (event) {
      case PaidIn(var cents) -> new Ledger(ledger.cents() + cents, ledger.account());
      case Withdrawn(var cents, _) -> new Ledger(ledger.cents() - cents, ledger.account());
      case Requested(var account) -> new Ledger(ledger.cents(), account);
      case Answered _ -> ledger;
    };
  }

  /** A result, in one word. */
  static String text(Result result) {
    return switch (result) {
      case Result.Done(_, Receipt receipt) -> "done@" + receipt.revision();
      case Result.Done _ -> "done";
      case Result.Refused(_, var code) -> "refused:" + code;
      case Result.Failed(_, var code) -> "failed:" + code;
    };
  }

  static String type(Event event) {
    return event.getClass().getSimpleName();
  }

  static byte[] write(Event event) {
    return Text.bytes(
        switch (event) {
          case PaidIn(var cents) -> "" + cents;
          case Withdrawn(var cents, var effect) -> cents + "," + effect;
          case Requested(var account) -> account;
          case Answered(var effect, var result) -> effect + "," + result;
        });
  }

  static Event read(StoredEvent event) {
    List<String> parts = Text.parts(event.data());
    return switch (event.type()) {
      case "PaidIn" -> new PaidIn(Long.parseLong(parts.getFirst()));
      case "Withdrawn" -> new Withdrawn(Long.parseLong(parts.getFirst()), parts.getLast());
      case "Requested" -> new Requested(parts.getFirst());
      case "Answered" -> new Answered(parts.getFirst(), parts.getLast());
      default -> throw new IllegalArgumentException(event.type());
    };
  }
}
