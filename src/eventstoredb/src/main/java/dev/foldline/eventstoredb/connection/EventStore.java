package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import dev.foldline.core.Appended;
import dev.foldline.core.Away;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The connection to EventStoreDB: one for an application.
 *
 * <p>Each event loop has its own connection to the node that leads, made when it is first used, and
 * made anew where it is of no use any more or another node leads. Each call has a time-out, and
 * answers come back on the caller's Vert.x context, if it has one. Calls fail with {@link
 * Unavailable} while the store is away or too slow. Safe for use by many threads.
 */
public final class EventStore implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(EventStore.class);

  /** How many events are read at a time where marks are passed over. */
  private static final int PAGE = 500;

  private final Duration timeout;
  private final EventLoops loops;
  private final List<LoopClient> clients;
  private final AccessFiles files;
  private final Cluster cluster;
  private final Guard guard;
  private final DeniedAccess denied;
  private final Once first;
  private final StoreStreams streams;

  /**
   * Connects when first used, by an event loop of its own.
   *
   * @param connectionString as the official client documents it; its node preference is passed over
   * @param timeout of each call
   * @throws IllegalArgumentException if the connection string is none, or its files can't be read
   */
  public EventStore(String connectionString, Duration timeout) {
    this(StoreAddress.of(connectionString), timeout, null);
  }

  /**
   * Connects when first used.
   *
   * @param timeout of each call
   * @param vertx on whose event loops it is; null for one of its own
   * @throws IllegalArgumentException if the connection string is none, or its files can't be read
   */
  public EventStore(StoreAddress address, Duration timeout, @Nullable Vertx vertx) {
    this(address, timeout, vertx, _ -> Uni.createFrom().voidItem());
  }

  /**
   * Connects when first used.
   *
   * @param timeout of each call
   * @param vertx on whose event loops it is; null for one of its own
   * @param first what is to be done before anything else is: each call waits for it, fails as it
   *     does, and has it begun again where it failed before
   * @throws IllegalArgumentException if the connection string is none, or its files can't be read
   */
  public EventStore(
      StoreAddress address,
      Duration timeout,
      @Nullable Vertx vertx,
      Function<Streams, Uni<Void>> first) {
    StoreSettings settings = StoreSettings.parse(address);
    this.timeout = timeout;
    this.loops = vertx == null ? EventLoops.ofTheirOwn() : EventLoops.of(vertx);
    Refusals refusals = new Refusals();
    this.guard = new Guard(refusals, timeout);
    this.denied = new DeniedAccess(settings.isAnonymous(), System::nanoTime);
    this.files = new AccessFiles(settings.files());
    Channels channels = new Channels(settings, loops, List.of(denied, refusals));
    channels.prepare();
    this.cluster = new Cluster(settings, channels, loops.all().getFirst());
    this.clients =
        loops.all().stream()
            .map(loop -> new LoopClient(loop, channels, cluster, settings, timeout))
            .toList();
    files.watch(
        () -> {
          channels.reread();
          clients.forEach(LoopClient::renew);
        });
    StoreStreams atOnce = new StoreStreams(this::client, guard, denied, timeout, Once.nothing());
    this.first = new Once(() -> first.apply(atOnce));
    this.streams = atOnce.after(this.first);
  }

  /** That of the event loop of now; threads that are none share them. */
  private LoopClient client() {
    for (LoopClient each : clients) {
      if (each.isHere()) {
        return each;
      }
    }
    return clients.get((int) (Thread.currentThread().threadId() % clients.size()));
  }

  /** Completes when what is to be done before anything else is done. */
  public Uni<Void> ready() {
    return first.done();
  }

  /** How long a call may take. */
  public Duration timeout() {
    return timeout;
  }

  /** The same store for those who bring the answers to the right thread themselves. */
  public Streams streams() {
    return streams;
  }

  /**
   * The connection to the node that leads now, of the event loop of now: for calls that stay open.
   * Once they have ended, ask again.
   */
  public Uni<Channel> channel() {
    return answered(streams::channel);
  }

  /**
   * Calls the store for something that has the same effect if it is called twice.
   *
   * @return its answer; fails with {@link io.grpc.StatusRuntimeException} if it says why not
   */
  public <Q, A> Uni<A> call(MethodDescriptor<Q, A> method, Q question) {
    return answered(() -> streams.call(method, question));
  }

  /** As {@link Streams#append}; the answer comes on the caller's context. */
  public Uni<Appended> append(String stream, long expected, List<StoredEvent> events) {
    return answered(() -> streams.append(stream, expected, events));
  }

  /**
   * Appends events in one piece, whatever the stream's revision.
   *
   * @return where they ended
   */
  public Uni<Appended> append(String stream, List<StoredEvent> events) {
    return answered(() -> streams.append(stream, ExpectedRevision.any(), events));
  }

  /**
   * Reads what is left of a part of a stream: as {@link Streams#read}, and nothing where not one of
   * its events is left. The answer comes on the caller's context.
   */
  public Uni<List<Recorded<StoredEvent>>> remaining(String stream, long from, int limit) {
    return answered(() -> streams.read(stream, from, limit))
        .onFailure(Truncated.class)
        .recoverWithItem(List.of());
  }

  /**
   * Reads a part of a stream, and passes over its {@linkplain StoredEvent#isMark marks}: as {@link
   * Streams#read}. The answer comes on the caller's context.
   *
   * @param limit how many events at most, marks not counted
   */
  public Uni<List<Recorded<StoredEvent>>> unmarked(String stream, long from, int limit) {
    return unmarked(stream, from, limit, limit, List.of());
  }

  /**
   * @param page how many to read
   * @param before those that were found
   */
  private Uni<List<Recorded<StoredEvent>>> unmarked(
      String stream, long from, int limit, int page, List<Recorded<StoredEvent>> before) {
    return answered(() -> streams.read(stream, from, page))
        .chain(
            read -> {
              List<Recorded<StoredEvent>> found =
                  Stream.concat(
                          before.stream(), read.stream().filter(event -> !event.event().isMark()))
                      .limit(limit)
                      .toList();
              return found.size() == limit || read.size() < page
                  ? Uni.createFrom().item(found)
                  : unmarked(stream, read.getLast().revision() + 1, limit, PAGE, found);
            });
  }

  /**
   * Reads a part of a stream, the latest first; nothing where there is no such stream.
   *
   * @param from the latest revision; −1 for that of the last event
   * @param limit how many events at most
   */
  public Uni<List<Recorded<StoredEvent>>> backwards(String stream, long from, int limit) {
    return originals(ReadRequests.streamBackwards(stream, from, limit), limit, stream);
  }

  /**
   * Reads a part of a stream, each link with the event that it leads to; nothing where there is no
   * such stream.
   *
   * @param limit how many events at most
   */
  public Uni<List<Resolved>> resolved(String stream, long from, int limit) {
    return answered(
        () -> streams.read(ReadRequests.stream(stream, from, limit, true), limit, stream));
  }

  /**
   * Whether a stream has events, be they marks; fails with {@link Truncated} where not one of them
   * is left.
   */
  public Uni<Boolean> exists(String stream) {
    return answered(() -> streams.read(stream, 0, 1)).map(found -> !found.isEmpty());
  }

  /**
   * The last event that there is now.
   *
   * @param stream of this stream; null for the log of all streams
   */
  public Uni<Optional<Recorded<StoredEvent>>> last(@Nullable String stream) {
    return (stream == null ? before(-1, 1) : backwards(stream, -1, 1))
        .map(events -> events.stream().findFirst());
  }

  /** Where the log of all streams ends now, −1 if it is empty. */
  public Uni<Long> end() {
    return last(null).map(last -> last.map(Recorded::position).orElse(-1L));
  }

  /**
   * The events of all streams before a position of the log, the latest first; those of streams that
   * were deleted or truncated are among them, until the store is scavenged.
   *
   * @param position −1 for the end of the log
   * @param limit how many events at most
   */
  public Uni<List<Recorded<StoredEvent>>> before(long position, int limit) {
    return originals(ReadRequests.logBackwards(position, limit), limit, "$all");
  }

  /** The event at a position of the log; none where there is none, or not any more. */
  public Uni<Optional<Recorded<StoredEvent>>> at(long position) {
    return originals(ReadRequests.log(position, 1), 1, "$all")
        .map(found -> found.stream().filter(event -> event.position() == position).findFirst());
  }

  private Uni<List<Recorded<StoredEvent>>> originals(ReadReq request, int limit, String what) {
    return answered(() -> streams.read(request, limit, what))
        .map(events -> events.stream().map(Resolved::original).toList());
  }

  private static <T> Uni<T> answered(Supplier<CompletionStage<T>> call) {
    return Uni.createFrom().completionStage(call).emitOn(CallersContext.now());
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
                throw StoreFailures.notLetIn();
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

  /**
   * Has all connections made anew, before anything else goes by them: after this process stood
   * still they may be dead without a word. What is under way is answered by the old ones still, as
   * far as it can be.
   *
   * @return completes once nothing goes by an old one; does not fail
   */
  public Uni<Void> renew() {
    guard.reset();
    return Uni.createFrom()
        .completionStage(
            CompletableFuture.allOf(
                clients.stream().map(LoopClient::replace).toArray(CompletableFuture[]::new)));
  }

  @Override
  public void close() {
    files.close();
    cluster.close();
    CompletableFuture<?> ended =
        CompletableFuture.allOf(
            clients.stream().map(LoopClient::close).toArray(CompletableFuture[]::new));
    try {
      ended.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.debugf(e, "the connections did not end in time");
    }
    loops.close();
  }

  /** The {@linkplain #channel connection} itself was used, and the store did as it was asked. */
  public void answered() {
    guard.report(null);
  }

  /**
   * The {@linkplain #channel connection} itself was used, and failed.
   *
   * @return what that means: {@link Away}, as the log is told, where the store is
   */
  public Throwable failed(Throwable failure) {
    return guard.failed(failure);
  }
}
