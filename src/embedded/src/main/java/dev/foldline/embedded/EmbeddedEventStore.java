package dev.foldline.embedded;

import dev.foldline.embedded.grpc.Calls;
import dev.foldline.embedded.grpc.Limits;
import dev.foldline.embedded.grpc.StreamsService;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.persistent.PersistentSubscriptions;
import dev.foldline.embedded.projections.SystemProjections;
import dev.foldline.embedded.security.AccessLists;
import dev.foldline.embedded.security.AccessPolicy;
import dev.foldline.embedded.security.UserStreams;
import dev.foldline.embedded.security.Users;
import io.grpc.BindableService;
import io.grpc.Server;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * An event store inside this process, to every client a single EventStoreDB 24.10 node over gRPC.
 *
 * <pre>{@code
 * try (var store = EmbeddedEventStore.builder().start()) {
 *   var client = EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(store.connectionString()));
 * }
 * }</pre>
 *
 * <p>Without a data directory nothing is kept once it is closed. It may be used from any thread.
 */
public final class EmbeddedEventStore implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(EmbeddedEventStore.class);

  private static final long GRACE_MILLIS = 500;

  /** Checking a password takes a while, which Netty's event loops can't be made to wait for. */
  private static final int HANDLERS = 4;

  private final String host;
  private final boolean tls;
  private final Duration closeTimeout;
  private final Calls calls;
  private final Server server;

  /** What was started, the last one first: it ends in this order. */
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  private EmbeddedEventStore(Builder options) {
    StoreServer listening =
        new StoreServer(
            options.host, options.port, options.certificate, options.privateKey, options.users);
    host = listening.dialableHost();
    tls = options.certificate != null;
    closeTimeout = options.closeTimeout;
    try {
      Transport transport = started(new Transport());
      EventLog log =
          started(
              EventLog.open(
                  options.data, options.fsync, transport, options.indexGeneration, options.clock));
      UserStreams.write(log, options.users);
      PersistentSubscriptions subscriptions = started(PersistentSubscriptions.open(log));
      var timer =
          new ScheduledThreadPoolExecutor(
              1, Thread.ofPlatform().name("foldline-timer").daemon().factory());
      started.push(timer::shutdownNow);
      timer.setRemoveOnCancelPolicy(true);
      calls = new Calls(timer);
      List<BindableService> services = new ArrayList<>();
      AccessPolicy policy = options.users.isEmpty() ? AccessPolicy.OPEN : new AccessLists(log);
      services.add(new StreamsService(log, transport, policy, options.limits, timer));
      services.add(subscriptions.service(policy));
      ExecutorService handlers =
          Executors.newFixedThreadPool(
              HANDLERS, Thread.ofPlatform().name("foldline-call-", 0).daemon().factory());
      started.push(handlers::shutdownNow);
      server = listening.start(transport, handlers, calls, services);
      started.push(this::endCalls);
      if (options.projections) {
        started.push(new SystemProjections(log)::close);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    if (options.data != null && !options.fsync) {
      LOG.warn("fsync is off: events that were acknowledged are lost if the machine fails");
    }
  }

  private <T extends AutoCloseable> T started(T part) {
    started.push(part);
    return part;
  }

  public static Builder builder() {
    return new Builder();
  }

  public int port() {
    return server.getPort();
  }

  /** What EventStoreDB's clients connect with. */
  public String connectionString() {
    return "esdb://%s:%d?tls=%s".formatted(host, port(), tls);
  }

  /**
   * Ends every call, the streaming ones with UNAVAILABLE, and releases the data directory; all of
   * it also where the caller is interrupted, since a thread of its own does it. If the disk holds
   * that up for longer than half a minute, it goes on without the caller.
   */
  @Override
  public void close() {
    boolean closed =
        CompletableFuture.runAsync(
                this::closeAll, Thread.ofPlatform().name("foldline-close").daemon()::start)
            .thenApply(_ -> true)
            .completeOnTimeout(false, closeTimeout.toNanos(), TimeUnit.NANOSECONDS)
            .join();
    if (!closed) {
      LOG.error("The store has not closed yet, and its data directory is not free");
    }
  }

  private synchronized void closeAll() {
    for (AutoCloseable part : started) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.error("A part of the store did not close", e);
      }
    }
    started.clear();
  }

  private void endCalls() throws InterruptedException {
    server.shutdown();
    calls.endAll(false);
    if (!server.awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
      calls.endAll(true);
      server.awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS);
    }
    server.shutdownNow();
  }

  /** How a store is to run. What is not set is safe: in memory, on loopback, on a free port. */
  public static final class Builder {
    private String host = "localhost";
    private int port;
    private @Nullable Path data;
    private boolean fsync = true;
    private Limits limits = Limits.DEFAULT;
    private int indexGeneration = EventLog.GENERATION;
    private Duration closeTimeout = Duration.ofSeconds(30);
    private boolean projections = true;
    private InstantSource clock = InstantSource.system();
    private final Users users = new Users();
    private @Nullable Path certificate;
    private @Nullable Path privateKey;

    private Builder() {}

    /**
     * The name or address to listen on, which is also what clients are told to dial; loopback
     * unless set.
     */
    public Builder host(String host) {
      this.host = host;
      return this;
    }

    /** The port to listen on; 0, the default, for a free one below 32768. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** The directory to keep events in. Unless set they are gone when the store is closed. */
    public Builder data(Path directory) {
      data = directory;
      return this;
    }

    /** Whether an append is on disk before it is answered, as it is unless set otherwise. */
    public Builder fsync(boolean fsync) {
      this.fsync = fsync;
      return this;
    }

    /** The most bytes that one append may hold; 1 MiB unless set. */
    public Builder maxAppendSize(int bytes) {
      limits = new Limits(bytes, limits.maxEventSize());
      return this;
    }

    /** The most bytes that one event may have; unlimited unless set. */
    public Builder maxAppendEventSize(int bytes) {
      limits = new Limits(limits.maxAppendSize(), bytes);
      return this;
    }

    /**
     * Whether {@code $ce-}, {@code $et-} and {@code $streams} are written, as they are unless set
     * otherwise.
     */
    public Builder projections(boolean on) {
      projections = on;
      return this;
    }

    /** By which events are stamped; the machine's unless set. It may go back, as clocks do. */
    public Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /** For tests, which meet a small generation at every stage of its way to disk. */
    Builder indexGeneration(int events) {
      indexGeneration = events;
      return this;
    }

    /** For tests, which don't wait that long. */
    Builder closeTimeout(Duration timeout) {
      closeTimeout = timeout;
      return this;
    }

    /** TLS, with a certificate (chain) and its private key, both as PEM files. */
    public Builder tls(Path certificate, Path privateKey) {
      this.certificate = certificate;
      this.privateKey = privateKey;
      return this;
    }

    /**
     * A user and the groups it is in; the first one makes the server a secure one, where no one
     * else gets in.
     */
    public Builder user(String name, String password, String... groups) {
      users.add(name, password, Set.of(groups));
      return this;
    }

    /** A user written as {@code name:password} or {@code name:password:$group}. */
    public Builder user(String line) {
      users.add(line);
      return this;
    }

    /**
     * Opens the data directory and begins to listen.
     *
     * @throws IllegalStateException if another store uses the directory, the port is taken, or the
     *     certificate is not one
     */
    public EmbeddedEventStore start() {
      return new EmbeddedEventStore(this);
    }
  }
}
