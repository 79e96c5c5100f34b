package dev.foldline.quarkus.processes;

import dev.foldline.core.Decider;
import dev.foldline.core.NotFound;
import dev.foldline.core.View;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.reactions.ProcessDocument;
import dev.foldline.reactions.ProcessProgress;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/**
 * Answers queries of how far processes are. Call it on the thread that the function was called on.
 *
 * <pre>{@code
 * @Funq("transfer")
 * @Query
 * public Uni<ProcessProgress> transfer(TransferQuery query) {
 *   return processes.progress(Transfer.DECIDER, query.transfer());
 * }
 * }</pre>
 */
@Singleton
public final class Processes {

  private final Constants constants;
  private final Queries queries;

  Processes(Constants constants, Queries queries) {
    this.constants = constants;
    this.queries = queries;
  }

  /**
   * How far a process is, with the tag and the token that a document's query has.
   *
   * @return fails with {@link NotFound} where no event of it stands
   */
  public Uni<ProcessProgress> progress(Decider<?, ?, ?> process, String id) {
    String name = process.category().name();
    return queries
        .document(constants.process(name).projection(), id)
        .map(
            found ->
                found
                    .map(View::document)
                    .map(ProcessDocument::progress)
                    .orElseThrow(() -> new NotFound("there is no such " + name)));
  }
}
