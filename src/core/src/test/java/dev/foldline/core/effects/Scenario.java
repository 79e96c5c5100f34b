package dev.foldline.core.effects;

import dev.foldline.core.Activity;
import dev.foldline.core.Effect;
import dev.foldline.core.NamedId;
import dev.foldline.core.Reaction;
import dev.foldline.core.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What there is at the beginning, and what may happen, as often as it may.
 *
 * @param executions by which instance which release's reaction is run
 * @param others what others do, each once
 * @param memory how many effects a stream remembers
 * @param lost how many appends are not answered
 * @param crashes how many instances die
 * @param isWarm whether the instances saw the streams at the beginning
 */
record Scenario(
    Rule broken,
    Log log,
    List<Run> executions,
    List<Other> others,
    int memory,
    int lost,
    int crashes,
    boolean isWarm) {

  static final String EFFECT = "take";

  private static final Activity<String, String> LETTER =
      Activity.of("letter", String.class, String.class);

  /**
   * One execution of an effect.
   *
   * @param effect which one it is, whatever its key is
   * @param transfer the stream of its event
   * @param revision of its event
   * @param performs whether another system does it
   */
  record Run(
      int instance,
      String effect,
      String transfer,
      int revision,
      boolean performs,
      Reaction<Bank.Event> reaction) {

    boolean tells() {
      return reaction.answers().isPresent();
    }
  }

  /** Something that others do. */
  sealed interface Other {
    String name();
  }

  /**
   * Something that is done to the store.
   *
   * @param ends the stream that it deletes, where it may be begun anew; null if none
   */
  record Deed(String name, @Nullable String ends, UnaryOperator<Log> does) implements Other {}

  /** A command of a caller of an instance. */
  record Call(String name, int instance, Bank.Command command) implements Other {}

  static Scenario of(Log log) {
    return new Scenario(Rule.NONE_IS_BROKEN, log, List.of(), List.of(), 1, 0, 0, false);
  }

  /** How many instances there are. */
  int instances() {
    int most = 0;
    for (Run run : executions) {
      most = Math.max(most, run.instance() + 1);
    }
    for (Other other : others) {
      most = other instanceof Call call ? Math.max(most, call.instance() + 1) : most;
    }
    return most;
  }

  Scenario broken(Rule rule) {
    return new Scenario(rule, log, executions, others, memory, lost, crashes, isWarm);
  }

  Scenario lost(int most) {
    return new Scenario(broken, log, executions, others, memory, most, crashes, isWarm);
  }

  Scenario crashes(int most) {
    return new Scenario(broken, log, executions, others, memory, lost, most, isWarm);
  }

  Scenario remembering(int effects) {
    return new Scenario(broken, log, executions, others, effects, lost, crashes, isWarm);
  }

  Scenario warm() {
    return new Scenario(broken, log, executions, others, memory, lost, crashes, true);
  }

  Scenario others(Other... more) {
    List<Other> all = new ArrayList<>(others);
    all.addAll(List.of(more));
    return new Scenario(broken, log, executions, all, memory, lost, crashes, isWarm);
  }

  /** One execution more, of a transfer's request, which is told. */
  Scenario run(
      int instance, String reaction, String transfer, BiFunction<String, String, Effect> effect) {
    return run(instance, reaction, reaction, transfer, 0, effect, true);
  }

  /** The same of another one of the transfer's events. */
  Scenario runOf(
      int revision,
      int instance,
      String reaction,
      String transfer,
      BiFunction<String, String, Effect> effect) {
    return run(instance, reaction, reaction, transfer, revision, effect, true);
  }

  /** The same where nobody is told. */
  Scenario runUntold(
      int instance, String reaction, String transfer, BiFunction<String, String, Effect> effect) {
    return run(instance, reaction, reaction, transfer, 0, effect, false);
  }

  /** The same by a release that would call the reaction otherwise, were that allowed. */
  Scenario runRenamed(
      int instance, String reaction, String transfer, BiFunction<String, String, Effect> effect) {
    String name = broken == Rule.NAMES_STAY ? reaction + "-renamed" : reaction;
    return run(instance, reaction, name, transfer, 0, effect, true);
  }

  private Scenario run(
      int instance,
      String as,
      String reaction,
      String transfer,
      int revision,
      BiFunction<String, String, Effect> effect,
      boolean tells) {
    String whose = as + "/" + transfer + "@" + revision;
    Reaction<Bank.Event> silent =
        Reaction.of(
            reaction, Bank.TRANSFER, (_, ledger) -> List.of(effect.apply(ledger.account(), whose)));
    List<Run> all = new ArrayList<>(executions);
    boolean performs = effect.apply("any", whose) instanceof Effect.Perform;
    all.add(
        new Run(
            instance, whose, transfer, revision, performs, tells ? told(silent, whose) : silent));
    return new Scenario(broken, log, all, others, memory, lost, crashes, isWarm);
  }

  private static Reaction<Bank.Event> told(Reaction<Bank.Event> silent, String whose) {
    return silent.answering(
        Bank.TRANSFER,
        (recorded, result) -> new Bank.TakeDown(recorded.id(), whose, Bank.text(result)));
  }

  static BiFunction<String, String, Effect> withdraw(long cents, int times) {
    return (account, whose) -> send(new Bank.Withdraw(account, whose, cents, times));
  }

  static BiFunction<String, String, Effect> sweep() {
    return (account, whose) -> send(new Bank.Sweep(account, whose));
  }

  static BiFunction<String, String, Effect> cancel() {
    return (account, whose) -> send(new Bank.Cancel(account, whose));
  }

  static BiFunction<String, String, Effect> letter() {
    return (account, _) -> Effect.perform(EFFECT, LETTER, account);
  }

  private static Effect send(Bank.Command command) {
    return Effect.send(EFFECT, Bank.ACCOUNT, command);
  }

  static Log with(Log log, String stream, Bank.Event event) {
    return with(log, stream, event, null);
  }

  /** The log with one event more; as it was, where the stream takes none. */
  private static Log with(Log log, String stream, Bank.Event event, @Nullable UUID effect) {
    if (log.tombstoned().contains(stream)) {
      return log;
    }
    boolean begins = log.last(stream) < 0 || log.isDeleted(stream);
    byte[] data = Bank.write(event);
    UUID id = NamedId.of(data, stream, "" + log.events().size());
    StoredEvent stored =
        new StoredEvent(id, Bank.type(event), data, new Log.Beside(effect, begins).write());
    return log.append(stream, log.isDeleted(stream) ? -1 : log.last(stream), List.of(stored)).log();
  }

  static Deed payIn(String account, long cents) {
    return new Deed(
        "pay-in of " + cents,
        null,
        log -> with(log, Bank.ACCOUNT.category().stream(account), new Bank.PaidIn(cents)));
  }

  /** The same by a caller of an instance. */
  static Call call(int instance, String account, long cents) {
    String name = "call of instance " + instance + " to pay in " + cents;
    return new Call(name, instance, new Bank.PayIn(account, name, cents));
  }

  /** Another reaction's effect, which uses the stream's memory up. */
  static Deed otherEffect(String stream, String name) {
    return new Deed(
        "other effect in " + stream,
        null,
        log -> with(log, stream, new Bank.Answered(name, "other"), NamedId.of(name)));
  }

  /** The source goes on, and its latest state names another account. */
  static Deed redirected(String transfer, String account) {
    return new Deed("redirected", null, log -> with(log, transfer, new Bank.Requested(account)));
  }

  static Deed deleted(String stream) {
    return new Deed(stream + " deleted", stream, log -> log.deleted(stream));
  }

  static Deed tombstoned(String stream) {
    return new Deed(stream + " tombstoned", null, log -> log.tombstoned(stream));
  }

  static Deed truncated(String stream) {
    return new Deed(stream + " truncated", null, log -> log.truncated(stream));
  }
}
