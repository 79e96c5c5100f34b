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
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ReadAllOptions;
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
import dev.foldline.core.Appended;
import dev.foldline.core.Away;
import dev.foldline.core.NotFound;
import dev.foldline.core.Outage;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
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
  private static final Pattern PREFERENCE =
      Pattern.compile("(?<=[?&])nodePreference=[^&]*", Pattern.CASE_INSENSITIVE);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private static final Metadata.Key<String> EXCEPTION =
      Metadata.Key.of("exception", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * A server takes no message above 16 MiB less 10,000 bytes, and ends the call that brings one.
   */
  private static final long LARGEST_APPEND = 16_000_000;

  private final EventStoreDBClientSettings settings;
  private final Duration timeout;
  private final Outage outage = new Outage("The event store");
  private final Refusals refusals = new Refusals();
  private final Circuit circuit = new Circuit(5, Duration.ofMillis(500));
  private final DeniedAccess denied;
  private final Once first;
  private final ClientStreams streams;
  private final BatchAppends batchAppends;
  private volatile EventStoreDBClient client;

  /**
   * Connects when first used.
   *
   * @param connectionString as the official client documents it; its node preference is passed over
   * @param timeout of each call
   */
  public EventStore(String connectionString, Duration timeout) {
    this(connectionString, timeout, _ -> Uni.createFrom().voidItem());
  }

  /**
   * Connects when first used.
   *
   * @param connectionString as the official client documents it; its node preference is passed over
   * @param timeout of each call
   * @param first what is to be done before anything else is: each call waits for it, fails as it
   *     does, and has it begun again where it failed before
   */
  public EventStore(String connectionString, Duration timeout, Function<Streams, Uni<Void>> first) {
    this.settings = EventStoreDBConnectionString.parseOrThrow(ofTheLeader(connectionString));
    this.timeout = timeout;
    this.batchAppends = new BatchAppends(timeout);
    Streams unguarded = new ClientStreams(() -> Uni.createFrom().voidItem());
    this.first = new Once(() -> first.apply(unguarded));
    this.streams = new ClientStreams(this.first::done);
    this.denied =
        new DeniedAccess(
            settings.getDefaultCredentials() == null
                && settings.getDefaultClientCertificate() == null,
            System::nanoTime);
    settings.getInterceptors().addAll(List.of(denied, refusals, batchAppends));
    this.client = EventStoreDBClient.create(settings);
  }

  /**
   * A follower may be behind, and it serves no persistent subscription: whichever node is
   * preferred, the client goes to the leader and says so with each call, as it does where none is.
   */
  private static String ofTheLeader(String connectionString) {
    return PREFERENCE.matcher(connectionString).replaceAll("nodePreference=leader");
  }

  /**
   * Completes when what is to be done before anything else is done. Whoever asks the {@linkplain
   * #client client} itself waits for it.
   */
  public Uni<Void> ready() {
    return first.done();
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

  /** The same store for those who bring the answers to the right thread themselves. */
  public Streams streams() {
    return streams;
  }

  /** As {@link Streams#append}; the answer comes on the caller's context. */
  public Uni<Appended> append(String stream, long expected, List<StoredEvent> events) {
    return streams.appending(stream, expected, events).emitOn(CallersContext.now());
  }

  /**
   * Appends events in one piece, whatever the stream's revision.
   *
   * @return where they ended
   */
  public Uni<Appended> append(String stream, List<StoredEvent> events) {
    return ready()
        .chain(() -> appendAt(stream, ExpectedRevision.any(), events))
        .emitOn(CallersContext.now());
  }

  /**
   * Reads what is left of a part of a stream, as {@link Streams#read}; the answer comes on the
   * caller's context.
   */
  public Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
    return streams
        .reading(stream, from, limit)
        .onFailure(Truncated.class)
        .recoverWithItem(List.of())
        .emitOn(CallersContext.now());
  }

  /** Whether a stream has events; fails with {@link Truncated} where not one of them is left. */
  public Uni<Boolean> exists(String stream) {
    return streams
        .reading(stream, 0, 1)
        .map(found -> !found.isEmpty())
        .emitOn(CallersContext.now());
  }

  /** Where the log of all streams ends now, −1 if it is empty. */
  public Uni<Long> end() {
    ReadAllOptions options = ReadAllOptions.get().backwards().maxCount(1);
    options.fromEnd();
    return readLog(options).map(last -> last.isEmpty() ? -1 : last.getFirst().position());
  }

  /**
   * The events of all streams before a position of the log, the latest first; those of streams that
   * were deleted or truncated are among them, until the store is scavenged.
   *
   * @param limit how many events at most
   */
  public Uni<List<Recorded<StoredEvent>>> before(long position, int limit) {
    ReadAllOptions options = ReadAllOptions.get().backwards().maxCount(limit);
    options.fromPosition(new Position(position, position));
    return readLog(options);
  }

  /** The event at a position of the log; none where there is none, or not any more. */
  public Uni<Optional<Recorded<StoredEvent>>> at(long position) {
    ReadAllOptions options = ReadAllOptions.get().forwards().maxCount(1);
    options.fromPosition(new Position(position, position));
    return readLog(options)
        .map(found -> found.stream().filter(event -> event.position() == position).findFirst());
  }

  private Uni<List<Recorded<StoredEvent>>> readLog(ReadAllOptions options) {
    options.requiresLeader();
    return ready()
        .chain(() -> call(client -> client.readAll(options)))
        .map(EventStore::toRecorded)
        .onFailure()
        .transform(failure -> translate(failure, "$all"))
        .emitOn(CallersContext.now());
  }

  /**
   * Completes when the store answers, unless it denied the last append: it is asked for a stream
   * that nobody writes.
   */
  public Uni<Void> ping() {
    return read("foldline-ping", 0, 1)
        .map(
            _ -> {
              if (denied.deniesAppends()) {
                throw notLetIn();
              }
              return null;
            });
  }

  /**
   * Why the store does not let this application in, in words for whoever operates it and nobody
   * else; empty where it does.
   */
  public Optional<String> deniedAccess() {
    return denied.current();
  }

  @Override
  public void close() {
    batchAppends.close();
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

  /** The one place that appends and reads. */
  private final class ClientStreams implements Streams {

    private final Supplier<Uni<Void>> first;

    ClientStreams(Supplier<Uni<Void>> first) {
      this.first = first;
    }

    @Override
    public CompletionStage<Appended> append(
        String stream, long expected, List<StoredEvent> events) {
      return appending(stream, expected, events).subscribeAsCompletionStage();
    }

    @Override
    public CompletionStage<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
      return reading(stream, from, limit).subscribeAsCompletionStage();
    }

    Uni<Appended> appending(String stream, long expected, List<StoredEvent> events) {
      ExpectedRevision revision =
          expected < 0 ? ExpectedRevision.noStream() : ExpectedRevision.expectedRevision(expected);
      return first.get().chain(() -> appendAt(stream, revision, events));
    }

    Uni<List<Recorded<StoredEvent>>> reading(String stream, long from, int limit) {
      ReadStreamOptions options = ReadStreamOptions.get().forwards().maxCount(limit);
      options.fromRevision(from);
      return first.get().chain(() -> readNow(stream, options, from));
    }

    private Uni<List<Recorded<StoredEvent>>> readNow(
        String stream, ReadStreamOptions options, long from) {
      return guarded(() -> readFrom(stream, options))
          .map(EventStore::toRecorded)
          .invoke(
              events -> {
                if (events.isEmpty() && from == 0) {
                  throw new Truncated(stream);
                }
              })
          .onFailure(StreamNotFoundException.class)
          .recoverWithItem(List.of())
          .onFailure()
          .transform(failure -> translate(failure, stream));
    }
  }

  private Uni<ReadResult> readFrom(String stream, ReadStreamOptions options) {
    return bounded(client().readStream(stream, options))
        .onFailure(failure -> isUnspeakable(unwrapped(failure), stream))
        .transform(
            _ -> new NotFound(stream + " was deleted for good, as far as the store can say"));
  }

  /** A server that can't put a stream's name into its answer does not say that it was deleted. */
  private static boolean isUnspeakable(Throwable failure, String stream) {
    return failure instanceof StatusRuntimeException e
        && e.getStatus().getCode() == Status.Code.UNKNOWN
        && !stream.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  private Uni<Appended> appendAt(
      String stream, ExpectedRevision expected, List<StoredEvent> events) {
    if (events.stream().mapToLong(StoredEvent::size).sum() > LARGEST_APPEND) {
      return Uni.createFrom().failure(new TooLarge(stream));
    }
    return guarded(
            () ->
                batchAppends
                    .append(stream, expected, events)
                    .map(answer -> Uni.createFrom().completionStage(answer))
                    .orElseGet(() -> bounded(append(client(), stream, expected, events))))
        .invoke(denied::appended)
        .onFailure(EventStore::isDenied)
        .invoke(() -> denied.appendDenied(stream))
        .onFailure()
        .transform(
            failure ->
                mayHaveArrived(failure) ? new OutcomeUnknown(stream) : translate(failure, stream));
  }

  private CompletableFuture<Appended> append(
      EventStoreDBClient client,
      String stream,
      ExpectedRevision expected,
      List<StoredEvent> events) {
    AppendToStreamOptions options = AppendToStreamOptions.get().deadline(timeout.toMillis());
    options.expectedRevision(expected);
    return client
        .appendToStream(stream, options, events.stream().map(EventStore::toEventData).iterator())
        .thenApply(EventStore::toAppended);
  }

  private <T> Uni<T> call(Function<EventStoreDBClient, ? extends CompletionStage<T>> call) {
    return guarded(() -> bounded(call.apply(client()))).invoke(denied::answered);
  }

  private <T> Uni<T> bounded(CompletionStage<T> answer) {
    return Uni.createFrom().completionStage(answer).ifNoItem().after(timeout).fail();
  }

  /** What may have been written or not says nothing of whether the store is away now. */
  private <T> Uni<T> guarded(Supplier<Uni<T>> call) {
    return Uni.createFrom()
        .deferred(
            () ->
                circuit.lets()
                    ? call.get()
                    : Uni.createFrom().failure(new Away("the event store is away")))
        .onFailure()
        .transform(EventStore::unwrapped)
        .onItemOrFailure()
        .invoke(
            (_, failure) -> {
              if (!(failure instanceof Unavailable || failure instanceof OutcomeUnknown)) {
                circuit.saw(failure != null && (neverLeft(failure) || mayHaveArrived(failure)));
                hear(failure);
              }
            });
  }

  private void hear(@Nullable Throwable failure) {
    if (failure == null) {
      outage.over();
    } else if (isTooSlow(failure)) {
      outage.goesOn("it does not answer within " + timeout.toMillis() + " ms");
    } else if (isUnreachable(failure)) {
      outage.goesOn(refusals.last().orElseGet(failure::toString));
    }
  }

  /** The {@linkplain #client client} itself was used, and the store did as it was asked. */
  public void answered() {
    outage.over();
  }

  /**
   * The {@linkplain #client client} itself was used, and failed.
   *
   * @return what that means: {@link Away}, as the log is told, where the store is
   */
  public Throwable failed(Throwable failure) {
    Throwable cause = unwrapped(failure);
    hear(cause);
    return isTooSlow(cause) || isUnreachable(cause) ? new Away("the event store is away") : cause;
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? unwrapped(failure.getCause())
        : failure;
  }

  private Throwable translate(Throwable failure, String stream) {
    return switch (failure) {
      case StatusRuntimeException e when isDenied(e) -> {
        denied.denied(stream);
        yield new DeniedStream();
      }
      case StatusRuntimeException e when e.getStatus().getCode() == Status.Code.UNAUTHENTICATED ->
          notLetIn();
      case StatusRuntimeException e when isTooLarge(e) -> new TooLarge(stream);
      case WrongExpectedVersionException _ -> new WrongRevision(stream);
      case StreamDeletedException _ -> new NotFound(stream + " was deleted for good");
      case StatusRuntimeException e when wasDeleted(e) ->
          new NotFound(stream + " was deleted for good");
      case NotLeaderException _ -> new Away("the event store has no leader that can be reached");
      case TimeoutException _, io.smallrye.mutiny.TimeoutException _ ->
          new Away("the event store did not answer in time");
      case Throwable e when isUnreachable(e) -> new Away("the event store is away");
      default ->
          neverLeft(failure) || mayHaveArrived(failure)
              ? new Unavailable("the event store is away", failure)
              : failure;
    };
  }

  private static boolean isTooSlow(Throwable failure) {
    return failure instanceof TimeoutException
        || failure instanceof io.smallrye.mutiny.TimeoutException
        || codeOf(failure) == Status.Code.DEADLINE_EXCEEDED;
  }

  private static boolean isUnreachable(Throwable failure) {
    return neverLeft(failure) || codeOf(failure) == Status.Code.UNAVAILABLE;
  }

  private static Status.@Nullable Code codeOf(Throwable failure) {
    return failure instanceof StatusRuntimeException e ? e.getStatus().getCode() : null;
  }

  /** Whether the store has surely not seen the call. */
  private static boolean neverLeft(Throwable failure) {
    return failure instanceof ConnectionShutdownException || failure instanceof NotLeaderException;
  }

  /** Whether the store may have done what the call asked, or may still do it. */
  private static boolean mayHaveArrived(Throwable failure) {
    return switch (failure) {
      case TimeoutException _, io.smallrye.mutiny.TimeoutException _ -> true;
      case StatusRuntimeException e -> leavesOpen(e.getStatus().getCode());
      default -> false;
    };
  }

  private static boolean leavesOpen(Status.Code code) {
    return switch (code) {
      case UNAVAILABLE,
          DEADLINE_EXCEEDED,
          ABORTED,
          CANCELLED,
          RESOURCE_EXHAUSTED,
          INTERNAL,
          UNKNOWN,
          DATA_LOSS ->
          true;
      case OK,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          UNAUTHENTICATED ->
          false;
    };
  }

  private static Unavailable notLetIn() {
    return new Unavailable("the event store does not let this application in");
  }

  private static boolean isDenied(Throwable failure) {
    return failure instanceof StatusRuntimeException e
        && e.getStatus().getCode() == Status.Code.PERMISSION_DENIED;
  }

  private static boolean isTooLarge(StatusRuntimeException e) {
    @Nullable Metadata trailers = e.getTrailers();
    @Nullable String exception = trailers == null ? null : trailers.get(EXCEPTION);
    return "maximum-append-size-exceeded".equals(exception)
        || "maximum-append-event-size-exceeded".equals(exception);
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
    @Nullable Position position = result.getLogPosition();
    return new Appended(
        result.getNextExpectedRevision().toRawLong(),
        position == null ? -1 : position.getCommitUnsigned());
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
        event.getEventId(),
        event.getStreamId(),
        event.getRevision(),
        event.getPosition().getCommitUnsigned(),
        event.getCreated(),
        new LazyMetadata(metadata));
  }

  /**
   * Metadata is written by anyone: what is no JSON object counts as none. Parsed when asked for.
   */
  private static final class LazyMetadata extends AbstractMap<String, Object> {

    private final byte[] json;
    private volatile @Nullable Map<String, Object> parsed;

    LazyMetadata(byte[] json) {
      this.json = json;
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
      return map().entrySet();
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
      return map().get(key);
    }

    private Map<String, Object> map() {
      @Nullable Map<String, Object> known = parsed;
      if (known == null) {
        known = Collections.unmodifiableMap(parse(json));
        parsed = known;
      }
      return known;
    }

    private static Map<String, Object> parse(byte[] json) {
      if (json.length == 0) {
        return Map.of();
      }
      try {
        @Nullable Map<String, Object> map = JSON.readValue(json, OBJECT);
        return map == null ? Map.of() : map;
      } catch (JacksonException _) {
        return Map.of();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
