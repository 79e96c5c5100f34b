package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ReadAllOptions;
import dev.foldline.core.Appended;
import dev.foldline.core.Away;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

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

  private final EventStoreDBClientSettings settings;
  private final Duration timeout;
  private final GuardedCalls guard;
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
    Refusals refusals = new Refusals();
    this.guard = new GuardedCalls(refusals, timeout);
    this.denied =
        new DeniedAccess(
            settings.getDefaultCredentials() == null
                && settings.getDefaultClientCertificate() == null,
            System::nanoTime);
    this.batchAppends = new BatchAppends(timeout);
    ClientStreams unguarded = new ClientStreams(this::client, guard, denied, batchAppends, timeout);
    this.first = new Once(() -> first.apply(unguarded));
    this.streams = unguarded.after(this.first::done);
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
    return streams.appending(stream, ExpectedRevision.any(), events).emitOn(CallersContext.now());
  }

  /**
   * Reads what is left of a part of a stream: as {@link Streams#read}, and nothing where not one of
   * its events is left. The answer comes on the caller's context.
   */
  public Uni<List<Recorded<StoredEvent>>> remaining(String stream, long from, int limit) {
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
    return streams
        .log(options)
        .map(last -> last.isEmpty() ? -1 : last.getFirst().position())
        .emitOn(CallersContext.now());
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
    return streams.log(options).emitOn(CallersContext.now());
  }

  /** The event at a position of the log; none where there is none, or not any more. */
  public Uni<Optional<Recorded<StoredEvent>>> at(long position) {
    ReadAllOptions options = ReadAllOptions.get().forwards().maxCount(1);
    options.fromPosition(new Position(position, position));
    return streams
        .log(options)
        .map(found -> found.stream().filter(event -> event.position() == position).findFirst())
        .emitOn(CallersContext.now());
  }

  /**
   * Completes when the store answers, unless it denied the last append: it is asked for a stream
   * that nobody writes.
   */
  public Uni<Void> ping() {
    return remaining("foldline-ping", 0, 1)
        .map(
            _ -> {
              if (denied.deniesAppends()) {
                throw ClientFailures.notLetIn();
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

  /** The {@linkplain #client client} itself was used, and the store did as it was asked. */
  public void answered() {
    guard.hear(null);
  }

  /**
   * The {@linkplain #client client} itself was used, and failed.
   *
   * @return what that means: {@link Away}, as the log is told, where the store is
   */
  public Throwable failed(Throwable failure) {
    return guard.failed(failure);
  }
}
