package dev.foldline.quarkus.deployment.trips;

import dev.foldline.core.Begun;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.quarkus.http.Query;
import dev.foldline.quarkus.processes.Processes;
import dev.foldline.reactions.ProcessProgress;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;

/** The functions of trips. */
public class TripFunctions {

  private final CommandHandler commands;
  private final Processes processes;

  TripFunctions(CommandHandler commands, Processes processes) {
    this.commands = commands;
    this.processes = processes;
  }

  /** Which trip is asked for. */
  public record Asked(String trip) {}

  /** Begins a trip. */
  @Funq("book-trip")
  public Uni<Begun> book(Trip.Command.Ask command) {
    return commands.handle(Trip.DECIDER, command).map(Begun::of);
  }

  /** Places an order, which may begin a trip. */
  @Funq("place-order")
  public Uni<Begun> order(Order.Place command) {
    return commands
        .handle(Order.DECIDER, command)
        .map(receipt -> Begun.of(Trip.DECIDER, command.order()).by(receipt));
  }

  /** How far a trip is. */
  @Funq("trip")
  @Query
  public Uni<ProcessProgress> trip(Asked asked) {
    return processes.progress(Trip.DECIDER, asked.trip());
  }
}
