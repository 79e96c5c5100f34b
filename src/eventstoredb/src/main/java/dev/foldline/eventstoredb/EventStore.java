package dev.foldline.eventstoredb;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.ConnectionShutdownException;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.NotLeaderException;
import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.StreamDeletedException;
import com.eventstore.dbclient.StreamNotFoundException;
import com.eventstore.dbclient.WriteResult;
import com.eventstore.dbclient.WrongExpectedVersionException;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.NotFound;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The managed connection to EventStoreDB: one for an application.
 *
 * <p>The official client shuts itself down for good when it can't reach its store for a while, and
 * bounds no call while it looks for one. Here a client that did so is replaced at the next call,
 * each call has its own time-out, and answers come back on the caller's Vert.x context, if it has
 * one. Calls fail with {@link Unavailable} while the store is away or too slow. Safe for use by
 * many threads.
 */
public final class EventStore implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(EventStore.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private final EventStoreDBClientSettings settings;
  private final Duration timeout;
  private volatile EventStoreDBClient client;

  /**
   * Connects when first used.
   *
   * @param connectionString as the official client documents it
   * @param timeout of each call
   */
  public EventStore(String connectionString, Duration timeout) {
    this.settings = EventStoreDBConnectionString.parseOrThrow(connectionString);
    this.timeout = timeout;
    this.client = EventStoreDBClient.create(settings);
  }

  /** The official client of now. Ask again for each use: it may be replaced. */
  public EventStoreDBClient client() {
    EventStoreDBClient current = client;
    return current.isShutdown() ? replace(current) : current;
  }

  /** The official client for persistent subscriptions of now, on the same connection. */
  public EventStoreDBPersistentSubscriptionsClient subscriptions() {
    return EventStoreDBPersistentSubscriptionsClient.from(client());
  }

  /** How long a call may take. */
  public Duration timeout() {
    return timeout;
  }

  /**
   * Appends events in one piece.
   *
   * @param expected the revision that the stream's last event must have, −1 for none
   * @return where they ended; fails with {@link WrongRevision} if the stream has another revision
   */
  public Uni<Appended> append(String stream, long expected, List<StoredEvent> events) {
    return append(
        stream,
        expected < 0 ? ExpectedRevision.noStream() : ExpectedRevision.expectedRevision(expected),
        events);
  }

  /**
   * Appends events in one piece, whatever the stream's revision.
   *
   * @return where they ended
   */
  public Uni<Appended> append(String stream, List<StoredEvent> events) {
    return append(stream, ExpectedRevision.any(), events);
  }

  private Uni<Appended> append(String stream, ExpectedRevision expected, List<StoredEvent> events) {
    AppendToStreamOptions options = AppendToStreamOptions.get().deadline(timeout.toMillis());
    options.expectedRevision(expected);
    var data = events.stream().map(EventStore::toEventData).iterator();
    return call(client -> client.appendToStream(stream, options, data), stream)
        .map(EventStore::toAppended);
  }

  /**
   * Reads a part of a stream, in its order.
   *
   * @param from the first revision
   * @param limit how many events at most
   * @return the events; none where there is no such stream or it ends before
   */
  public Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
    ReadStreamOptions options = ReadStreamOptions.get().forwards().maxCount(limit);
    options.fromRevision(from);
    return call(client -> client.readStream(stream, options), stream)
        .map(EventStore::toRecorded)
        .onFailure(StreamNotFoundException.class)
        .recoverWithItem(List.of());
  }

  /** Completes when the store answers. */
  public Uni<Void> ping() {
    return call(EventStoreDBClient::getServerVersion, "").replaceWithVoid();
  }

  @Override
  public void close() {
    try {
      client.shutdown().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.debugf(e, "the client did not shut down in time");
    }
  }

  private synchronized EventStoreDBClient replace(EventStoreDBClient dead) {
    if (client == dead) {
      LOG.debug("the client had given up on its store: a new one looks for it");
      client = EventStoreDBClient.create(settings);
    }
    return client;
  }

  private <T> Uni<T> call(
      Function<EventStoreDBClient, ? extends CompletionStage<T>> call, String stream) {
    return Uni.createFrom()
        .completionStage(() -> call.apply(client()))
        .ifNoItem()
        .after(timeout)
        .fail()
        .onFailure()
        .transform(failure -> translate(failure, stream))
        .emitOn(callersContext());
  }

  private static Executor callersContext() {
    Context context = Vertx.currentContext();
    return context == null ? Runnable::run : task -> context.runOnContext(_ -> task.run());
  }

  private static Throwable translate(Throwable failure, String stream) {
    return switch (failure) {
      case CompletionException e when e.getCause() != null -> translate(e.getCause(), stream);
      case WrongExpectedVersionException _ -> new WrongRevision(stream);
      case StreamDeletedException _ -> new NotFound(stream + " was deleted for good");
      case TimeoutException _, io.smallrye.mutiny.TimeoutException _ ->
          new Unavailable("the event store did not answer in time");
      case ConnectionShutdownException _, NotLeaderException _ ->
          new Unavailable("the event store is away");
      case StatusRuntimeException e when isAway(e.getStatus().getCode()) ->
          new Unavailable("the event store is away");
      case StatusRuntimeException e when wasDeleted(e) ->
          new NotFound(stream + " was deleted for good");
      default -> failure;
    };
  }

  private static boolean isAway(Status.Code code) {
    return switch (code) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED, CANCELLED, RESOURCE_EXHAUSTED -> true;
      case OK,
          UNKNOWN,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          INTERNAL,
          DATA_LOSS,
          UNAUTHENTICATED ->
          false;
    };
  }

  private static boolean wasDeleted(StatusRuntimeException e) {
    return e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION;
  }

  private static EventData toEventData(StoredEvent event) {
    return EventData.builderAsJson(event.id(), event.type(), event.data())
        .metadataAsBytes(event.metadata())
        .build();
  }

  private static Appended toAppended(WriteResult result) {
    return new Appended(
        result.getNextExpectedRevision().toRawLong(), result.getLogPosition().getCommitUnsigned());
  }

  private static List<Recorded<StoredEvent>> toRecorded(ReadResult result) {
    return result.getEvents().stream()
        .map(ResolvedEvent::getOriginalEvent)
        .map(EventStore::toRecorded)
        .toList();
  }

  /** An event of the official client's as Foldline knows it. */
  public static Recorded<StoredEvent> toRecorded(RecordedEvent event) {
    byte[] metadata = event.getUserMetadata();
    return new Recorded<>(
        new StoredEvent(event.getEventId(), event.getEventType(), event.getEventData(), metadata),
        event.getStreamId(),
        event.getRevision(),
        event.getPosition().getCommitUnsigned(),
        event.getCreated(),
        toMap(metadata));
  }

  /** Metadata is written by anyone: what is no JSON object counts as none. */
  private static Map<String, Object> toMap(byte[] metadata) {
    if (metadata.length == 0) {
      return Map.of();
    }
    try {
      @Nullable Map<String, Object> map = JSON.readValue(metadata, OBJECT);
      return map == null ? Map.of() : map;
    } catch (JacksonException e) {
      return Map.of();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
