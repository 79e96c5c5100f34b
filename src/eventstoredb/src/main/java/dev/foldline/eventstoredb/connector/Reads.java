package dev.foldline.eventstoredb.connector;

import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.StreamNotFoundException;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Reads of what need not be there. */
final class Reads {

  private Reads() {}

  /** The events that a read gives; none where there is no such stream. */
  static Uni<List<ResolvedEvent>> events(Supplier<CompletableFuture<ReadResult>> read) {
    return Uni.createFrom()
        .completionStage(read)
        .map(ReadResult::getEvents)
        .onFailure(Reads::noSuchStream)
        .recoverWithItem(List.of());
  }

  private static boolean noSuchStream(Throwable failure) {
    return failure instanceof StreamNotFoundException
        || (failure instanceof CompletionException wrapped
            && wrapped.getCause() instanceof StreamNotFoundException);
  }
}
