package dev.foldline.embedded;

import com.eventstore.dbclient.proto.gossip.GossipOuterClass.EndPoint;
import dev.foldline.embedded.grpc.Authentication;
import dev.foldline.embedded.grpc.Calls;
import dev.foldline.embedded.grpc.FeaturesService;
import dev.foldline.embedded.grpc.GossipService;
import dev.foldline.embedded.grpc.LenientMarshaller;
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
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
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

  /** The largest message a real server takes. */
  private static final int MAX_MESSAGE = (16 << 20) - 10_000;

  /** Clients parse the ports of a cluster as signed 16-bit numbers (contract 1.1). */
  private static final int HIGHEST_PORT = 32_767;

  private static final int LOWEST_FREE_PORT = 20_000;
  private static final int PORTS_TO_TRY = 50;
  private static final long KEEP_ALIVE_SECONDS = 10;

  /** By then a connection speaks gRPC, or ends: one that is silent, slow, or HTTP/1.1 does. */
  private static final long HANDSHAKE_SECONDS = 10;

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
    host = dialable(options.host);
    tls = options.certificate != null;
    closeTimeout = options.closeTimeout;
    try {
      Transport transport = started(new Transport());
      EventLog log =
          started(EventLog.open(options.data, options.fsync, transport, options.indexGeneration));
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
      server = bind(options, port -> server(options, port, transport, handlers, services));
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

  private static Server bind(Builder options, IntFunction<Server> serverAt) {
    for (int attempt = 1; ; attempt++) {
      int port =
          options.port != 0
              ? options.port
              : ThreadLocalRandom.current().nextInt(LOWEST_FREE_PORT, HIGHEST_PORT + 1);
      try {
        return serverAt.apply(port).start();
      } catch (IOException | RuntimeException e) {
        if (e instanceof RuntimeException || options.port != 0 || attempt == PORTS_TO_TRY) {
          throw new IllegalStateException(
              "Can't listen on %s:%d: %s".formatted(options.host, port, e.getMessage()), e);
        }
      }
    }
  }

  /**
   * What a client can dial: a server that listens everywhere is found at least on its own machine.
   */
  private static String dialable(String host) {
    InetAddress address = new InetSocketAddress(host, 0).getAddress();
    return address != null && address.isAnyLocalAddress() ? "localhost" : host;
  }

  private Server server(
      Builder options,
      int port,
      Transport transport,
      Executor handlers,
      List<BindableService> common) {
    List<BindableService> services = new ArrayList<>(common);
    services.add(
        new GossipService(() -> EndPoint.newBuilder().setAddress(host).setPort(port).build()));
    services.add(new FeaturesService(services));
    var server =
        transport
            .server(new InetSocketAddress(options.host, port), protocols(options))
            .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
            .maxInboundMessageSize(MAX_MESSAGE)
            .permitKeepAliveTime(0, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .addStreamTracerFactory(calls);
    if (options.users.isEmpty()) {
      server.directExecutor().intercept(calls);
    } else {
      server.executor(handlers).intercept(new Authentication(options.users)).intercept(calls);
    }
    services.forEach(service -> server.addService(LenientMarshaller.of(service.bindService())));
    return server.build();
  }

  private static Protocols protocols(Builder options) {
    var http = new HttpAnswers(!options.users.isEmpty());
    return options.certificate != null && options.privateKey != null
        ? Protocols.overTls(options.certificate.toFile(), options.privateKey.toFile(), http)
        : Protocols.plain(http);
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
