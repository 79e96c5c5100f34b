package dev.foldline.quarkus.deployment.lockers;

import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.quarkus.deployment.lockers.Locker.Assign;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.List;

/** What may be done with lockers, and a resource of JAX-RS that does it too. */
@Path("/lockers")
public class LockerFunctions {

  private final CommandHandler commands;
  private final Queries queries;

  LockerFunctions(CommandHandler commands, Queries queries) {
    this.commands = commands;
    this.queries = queries;
  }

  /** Which locker is asked for. */
  public record Asked(String locker) {}

  @Funq
  public Uni<Receipt> assign(Assign command) {
    return commands.handle(Locker.DECIDER, command);
  }

  @Funq("assign-blocking")
  @RunOnVirtualThread
  public Receipt assignAndWait(Assign command) {
    return assign(command).await().indefinitely();
  }

  @Funq("assign-elsewhere")
  public Uni<Receipt> assignElsewhere(Assign command) {
    return Uni.createFrom()
        .emitter(
            emitter ->
                Thread.ofPlatform()
                    .start(
                        () -> assign(command).subscribe().with(emitter::complete, emitter::fail)));
  }

  @Funq("locker-history")
  @Query
  public Uni<List<Queries.Entry>> history(Asked asked) {
    return queries.trail(Locker.LOCKERS, asked.locker(), 0, 100);
  }

  @POST
  @Path("{locker}/{owner}")
  public Uni<Long> resource(@PathParam("locker") String locker, @PathParam("owner") String owner) {
    return assign(new Assign(locker, owner)).map(Receipt::revision);
  }
}
