package dev.foldline.core.effects;

import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandLoop;
import dev.foldline.core.commands.Happened;
import dev.foldline.core.commands.Next;
import dev.foldline.core.commands.StreamState;
import dev.foldline.core.commands.Turn;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Commands that an instance handles together. Their loop is what it was told, which is told to a
 * new one at each turn: so a history can go on from here in more than one way.
 *
 * @param executions whose commands they are; behind them there may be that of a caller
 * @param name tells what was heard from what else may have been
 * @param due what is to be done next
 */
record Batch(
    String stream,
    List<Integer> executions,
    List<Asked<Bank.Command>> asked,
    List<Happened<Bank.Ledger>> heard,
    String name,
    Next<Bank.Ledger> due) {

  /** So few that giving up comes to pass. */
  private static final int ATTEMPTS = 2;

  /** What a turn leads to. */
  record After(Batch batch, Turn<Bank.Ledger> turn) {}

  static Batch of(String stream, List<Integer> executions, List<Asked<Bank.Command>> asked) {
    return new Batch(stream, executions, asked, List.of(), stream + asked.size(), new Next.End<>());
  }

  After next(Rule broken, Happened<Bank.Ledger> happened) {
    CommandLoop<Bank.Command, Bank.Ledger, Bank.Event> loop =
        new CommandLoop<>(Bank.of(stream), stream, asked, ATTEMPTS, new Encoding(broken, stream));
    heard.forEach(before -> loop.next(copy(before), new BitSet()));
    Turn<Bank.Ledger> turn = loop.next(copy(happened), new BitSet());
    List<Happened<Bank.Ledger>> all = new ArrayList<>(heard);
    all.add(happened);
    Batch batch =
        new Batch(stream, executions, asked, all, name + ";" + name(happened), turn.next());
    return new After(batch, turn);
  }

  /** A loop changes what it is given. */
  private static Happened<Bank.Ledger> copy(Happened<Bank.Ledger> happened) {
    return switch (happened) {
      case Happened.Came(StreamState<Bank.Ledger> cached) when cached != null ->
          new Happened.Came<>(cached.apart());
      case Happened.Read(var now, var found) -> new Happened.Read<>(now.apart(), found);
      case Happened.Came<Bank.Ledger> _,
          Happened.Done<Bank.Ledger> _,
          Happened.Withdrawn<Bank.Ledger> _,
          Happened.Failed<Bank.Ledger> _ ->
          happened;
    };
  }

  private static String name(Happened<Bank.Ledger> happened) {
    return switch (happened) {
      case Happened.Came(StreamState<Bank.Ledger> cached) ->
          cached == null ? "came" : Folds.name(cached);
      case Happened.Read(var now, var found) -> Folds.name(now) + found.size();
      case Happened.Done(var end) -> "" + end.position();
      case Happened.Withdrawn<Bank.Ledger> _ -> "withdrawn";
      case Happened.Failed(var cause) -> cause.getClass().getSimpleName();
    };
  }
}
