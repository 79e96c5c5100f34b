package dev.foldline.quarkus.projections;

import static dev.foldline.quarkus.projections.Ground.n;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.connector.ParkedEvents;
import dev.foldline.quarkus.projections.Counting.Sum;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Views;
import dev.foldline.testing.RedisProcess;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.context.spi.ContextManagerProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real server can't put a name that is not ASCII into its answer: it says UNKNOWN, and not that
 * the stream was deleted. That is no store that is away: one such stream keeps nothing else from
 * going on. (The embedded store encodes such names; a proxy gives the real server's answer.)
 */
class UnspeakableNameTest {

  private static final Projection<Sum, Counting> SUMS = Counting.superstitiousSums();

  @Test
  void aTombstoneWithSuchANameHoldsUpItsOwnStreamAlone(@TempDir Path data) throws Exception {
    ContextManagerProvider.instance();
    Vertx vertx = Vertx.vertx();
    try (EmbeddedEventStore server = EmbeddedEventStore.builder().data(data).fsync(false).start();
        AsReal real = new AsReal(server.port());
        RedisProcess redis = new RedisProcess("--dir", data.toString());
        EventStore store = new EventStore(real.connectionString(), Duration.ofSeconds(5))) {
      ReadModels models =
          new ReadModels(
              Redis.createClient(vertx, redis.url()),
              new ObjectMapper(),
              Duration.ofSeconds(3),
              Ground.NAMESPACE);
      var runner =
          new ProjectionRunner<>(
              vertx.getDelegate(),
              store,
              new EventCodec(List.of(Counting.TYPES)),
              models,
              SUMS,
              OnPoison.HOLD);
      runner.start();
      await().atMost(Ground.LIMIT).until(() -> runner.health().isSubscribed());
      long losses = runner.health().losses();
      append(store, n + "-müller", 13);
      await().atMost(Ground.LIMIT).until(() -> runner.poisoned() == 1);
      append(store, n + "-müller", 1);
      store
          .client()
          .tombstoneStream(n + "-müller", DeleteStreamOptions.get())
          .get(10, TimeUnit.SECONDS);
      append(store, n + "-2", 2);

      Views views = new Views(models);
      await()
          .atMost(Ground.LIMIT)
          .ignoreException(Unavailable.class)
          .untilAsserted(
              () ->
                  assertThat(of(views.totals(SUMS, "all")))
                      .containsEntry("events", BigInteger.ONE));
      await()
          .atMost(Ground.LIMIT)
          .untilAsserted(
              () ->
                  assertThat(of(runner.parking().list()))
                      .extracting(parked -> parked.ref().toString())
                      .containsExactlyInAnyOrder(n + "-müller@0", n + "-müller@1"));
      of(
          runner
              .parking()
              .discard(Set.of(new EventRef(n + "-müller", 0)), "13", "ada", Ground.LIMIT));
      assertThat(of(views.totals(SUMS, "all"))).containsEntry("events", BigInteger.TWO);
      assertThat(runner.health().losses()).isEqualTo(losses);
      of(runner.stop(Duration.ZERO));
    } finally {
      vertx.closeAndAwait();
    }
  }

  /** What is parked comes through a link, and is read where it stands. */
  @Test
  void aStreamThatIsDeniedHoldsUpItselfAlone(@TempDir Path data) throws Exception {
    ContextManagerProvider.instance();
    Vertx vertx = Vertx.vertx();
    try (EmbeddedEventStore server = EmbeddedEventStore.builder().data(data).fsync(false).start();
        AsReal real = new AsReal(server.port());
        RedisProcess redis = new RedisProcess("--dir", data.toString());
        EventStore store = new EventStore(real.connectionString(), Duration.ofSeconds(5))) {
      ReadModels models =
          new ReadModels(
              Redis.createClient(vertx, redis.url()),
              new ObjectMapper(),
              Duration.ofSeconds(3),
              Ground.NAMESPACE);
      var runner =
          new ProjectionRunner<>(
              vertx.getDelegate(),
              store,
              new EventCodec(List.of(Counting.TYPES)),
              models,
              SUMS,
              OnPoison.HOLD);
      runner.start();
      await().atMost(Ground.LIMIT).until(() -> runner.health().isSubscribed());
      long losses = runner.health().losses();
      append(store, n + "-denied", 13);
      ParkedEvents parked = new ParkedEvents(store, "bank:sums-" + n + "-v1");
      await().atMost(Ground.LIMIT).until(() -> of(parked.list(10)).size() == 1);
      real.deny(n + "-denied");
      of(parked.replay());
      append(store, n + "-2", 2);

      Views views = new Views(models);
      await()
          .atMost(Ground.LIMIT)
          .ignoreException(Unavailable.class)
          .untilAsserted(
              () ->
                  assertThat(of(views.totals(SUMS, "all")))
                      .containsEntry("events", BigInteger.ONE));
      await().atMost(Ground.LIMIT).until(() -> of(parked.list(10)).size() == 1);
      assertThat(real.denied()).isPositive();
      assertThat(of(runner.parking().list()))
          .extracting(each -> each.ref().toString())
          .containsExactly(n + "-denied@0");
      assertThat(runner.health().losses()).isEqualTo(losses);
      of(runner.stop(Duration.ZERO));
    } finally {
      vertx.closeAndAwait();
    }
  }

  private static void append(EventStore store, String stream, int number) {
    of(store.append(stream, List.of(Ground.event("counted", "{\"number\":" + number + "}"))));
  }

  private static <T> T of(Uni<T> uni) {
    return uni.await().atMost(Ground.LIMIT);
  }

  /** Passes everything on, and ends calls as a real server does. */
  private static final class AsReal implements AutoCloseable {

    private static final Metadata.Key<String> STREAM =
        Metadata.Key.of("stream-name", Metadata.ASCII_STRING_MARSHALLER);

    private final Server server;
    private final ManagedChannel store;
    private final AtomicInteger denied = new AtomicInteger();
    private volatile String secret = "";

    AsReal(int port) throws IOException {
      store = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .fallbackHandlerRegistry(
                  new HandlerRegistry() {
                    @Override
                    public ServerMethodDefinition<?, ?> lookupMethod(
                        String method, @Nullable String authority) {
                      return ServerMethodDefinition.create(
                          MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                              .setFullMethodName(method)
                              .setType(MethodDescriptor.MethodType.UNKNOWN)
                              .build(),
                          AsReal.this::pass);
                    }
                  })
              .permitKeepAliveTime(1, TimeUnit.SECONDS)
              .build()
              .start();
    }

    /** Lets nobody read a stream any more. */
    void deny(String stream) {
      secret = stream;
    }

    /** How often someone wanted to. */
    int denied() {
      return denied.get();
    }

    private boolean isDenied(ServerCall<?, ?> call, byte[] message) {
      return !secret.isEmpty()
          && call.getMethodDescriptor().getFullMethodName().endsWith("Streams/Read")
          && new String(message, ISO_8859_1).matches("(?s).*[^^]" + secret + ".*");
    }

    String connectionString() {
      return "esdb://127.0.0.1:" + server.getPort() + "?tls=false";
    }

    private ServerCall.Listener<byte[]> pass(ServerCall<byte[], byte[]> call, Metadata headers) {
      ClientCall<byte[], byte[]> onwards =
          store.newCall(call.getMethodDescriptor(), CallOptions.DEFAULT);
      onwards.start(
          new ClientCall.Listener<byte[]>() {
            @Override
            public void onHeaders(Metadata received) {
              call.sendHeaders(received);
            }

            @Override
            public void onMessage(byte[] message) {
              call.sendMessage(message);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              if (status.getCode() == Status.Code.CANCELLED) {
                return;
              }
              String stream = trailers.get(STREAM);
              if (stream != null && stream.contains("%")) {
                call.close(Status.UNKNOWN, new Metadata());
              } else if (!call.isCancelled()) {
                call.close(status, trailers);
              }
            }
          },
          headers);
      onwards.request(Integer.MAX_VALUE);
      call.request(Integer.MAX_VALUE);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(byte[] message) {
          if (isDenied(call, message)) {
            denied.incrementAndGet();
            onwards.cancel("denied", null);
            call.close(Status.PERMISSION_DENIED, new Metadata());
          } else {
            onwards.sendMessage(message);
          }
        }

        @Override
        public void onHalfClose() {
          onwards.halfClose();
        }

        @Override
        public void onCancel() {
          onwards.cancel("its client went away", null);
        }
      };
    }

    @Override
    public void close() {
      server.shutdownNow();
      store.shutdownNow();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

      @Override
      public InputStream stream(byte[] value) {
        return new ByteArrayInputStream(value);
      }

      @Override
      public byte[] parse(InputStream stream) {
        try {
          return stream.readAllBytes();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
