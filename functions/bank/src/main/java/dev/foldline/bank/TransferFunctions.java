package dev.foldline.bank;

import dev.foldline.bank.TransferCommand.Cancel;
import dev.foldline.bank.TransferCommand.Release;
import dev.foldline.bank.TransferCommand.Request;
import dev.foldline.core.Begun;
import dev.foldline.core.Caller;
import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.quarkus.http.Query;
import dev.foldline.quarkus.processes.Processes;
import dev.foldline.reactions.ProcessProgress;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/** Transfers of money between accounts. */
public class TransferFunctions {

  private final CommandHandler commands;
  private final Supplier<Caller> caller;
  private final Processes processes;

  TransferFunctions(CommandHandler commands, Supplier<Caller> caller, Processes processes) {
    this.commands = commands;
    this.caller = caller;
    this.processes = processes;
  }

  /** What is asked for: who asks is found out. */
  public record TransferMoney(
      @Id String transfer, @Id String from, @Id String to, @Cents long cents) {

    Request by(Caller caller) {
      return new Request(
          transfer, from, to, cents, caller.subject(), caller.hasRole(Access.TELLER));
    }
  }

  /** Takes money from one account and gives it to another, or back. */
  @Funq("transfer-money")
  public Uni<Begun> transfer(TransferMoney command) {
    return commands.handle(Transfer.DECIDER, command.by(caller.get())).map(Begun::of);
  }

  /** Has a transfer come to nothing, if its money was not given yet. */
  @Funq("cancel-transfer")
  public Uni<Receipt> cancel(Cancel command) {
    return commands.handle(Transfer.DECIDER, command);
  }

  /** Gives the money of a transfer that is held to an account; a teller does. */
  @Funq("release-transfer")
  public Uni<Begun> release(Release command) {
    return commands.handle(Transfer.DECIDER, command).map(Begun::of);
  }

  /** Which transfer is asked for. */
  public record TransferQuery(@Id String transfer) {}

  /** How far a transfer is. */
  @Funq("transfer")
  @Query
  public Uni<ProcessProgress> transfer(TransferQuery query) {
    return processes.progress(Transfer.DECIDER, query.transfer());
  }
}
