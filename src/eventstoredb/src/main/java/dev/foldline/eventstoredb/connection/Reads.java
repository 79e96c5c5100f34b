package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.StreamNotFoundException;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads of what need not be there. */
public final class Reads {

  private Reads() {}

  /** The events that a read gives; none where there is no such stream. */
  public static Uni<List<ResolvedEvent>> events(Supplier<CompletableFuture<ReadResult>> read) {
    return Uni.createFrom()
        .completionStage(read)
        .map(ReadResult::getEvents)
        .onFailure(Reads::noSuchStream)
        .recoverWithItem(List.of());
  }

  /**
   * The last event that there is now.
   *
   * @param stream of this stream; null for the log of all streams
   */
  public static Uni<Optional<RecordedEvent>> last(
      EventStoreDBClient client, @Nullable String stream) {
    return events(
            () ->
                stream == null
                    ? client.readAll(ReadAllOptions.get().backwards().fromEnd().maxCount(1))
                    : client.readStream(
                        stream, ReadStreamOptions.get().backwards().fromEnd().maxCount(1)))
        .map(events -> events.stream().findFirst().map(ResolvedEvent::getOriginalEvent));
  }

  private static boolean noSuchStream(Throwable failure) {
    return failure instanceof StreamNotFoundException
        || (failure instanceof CompletionException wrapped
            && wrapped.getCause() instanceof StreamNotFoundException);
  }
}
