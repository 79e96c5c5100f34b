package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.NewEvent;
import dev.foldline.embedded.log.StreamNames;
import dev.foldline.embedded.log.WriteResult.Written;
import dev.foldline.embedded.security.AccessPolicy;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A log with persistent subscriptions behind a socket. */
final class GroupFixture extends GroupClient implements AutoCloseable {
  private final EventLog log;
  private final PersistentSubscriptions subscriptions;
  private final Server server;
  private final ManagedChannel channel;

  private GroupFixture(
      EventLog log, PersistentSubscriptions subscriptions, Server server, ManagedChannel channel) {
    super(channel);
    this.log = log;
    this.subscriptions = subscriptions;
    this.server = server;
    this.channel = channel;
  }

  private static GroupFixture open(@Nullable Path directory) {
    var log = EventLog.open(directory, false, Runnable::run);
    var subscriptions = PersistentSubscriptions.open(log);
    var server = server(subscriptions);
    var channel =
        NettyChannelBuilder.forAddress("localhost", server.getPort()).usePlaintext().build();
    return new GroupFixture(log, subscriptions, server, channel);
  }

  private static Server server(PersistentSubscriptions subscriptions) {
    try {
      return NettyServerBuilder.forAddress(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .addService(subscriptions.service(AccessPolicy.OPEN))
          .directExecutor()
          .build()
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static GroupFixture inMemory() {
    return open(null);
  }

  static GroupFixture in(Path directory) {
    return open(directory);
  }

  EventLog log() {
    return log;
  }

  // Streams.

  /** Appends an event of each type; answers the position of the last one. */
  long append(String stream, String... types) {
    return append(
        stream, Arrays.stream(types).map(type -> event(type, "")).toArray(NewEvent[]::new));
  }

  long append(String stream, NewEvent... events) {
    var result = log.append(stream, ExpectedRevision.ANY, List.of(events)).join();
    assertThat(result).isInstanceOf(Written.class);
    return ((Written) result).position().orElseThrow();
  }

  static NewEvent event(String type, String metadata) {
    return new NewEvent(
        UUID.randomUUID(),
        type,
        true,
        ByteString.copyFromUtf8("{}"),
        ByteString.copyFromUtf8(metadata));
  }

  static NewEvent link(long revision, String stream) {
    return NewEvent.link(revision, stream, "");
  }

  void metadata(String stream, String json) {
    append(StreamNames.metastreamOf(stream), NewEvent.json(LogEvent.METADATA_TYPE, json));
  }

  /** The readable events of a stream. */
  List<LogEvent> events(String stream) {
    return log.read(
            snapshot -> {
              var info = snapshot.stream(stream);
              return info.exists()
                  ? snapshot.streamForwards(
                      info, info.firstRevision(), info.lastRevision(), 1 << 20)
                  : List.<LogEvent>of();
            })
        .join();
  }

  List<String> data(String stream) {
    return events(stream).stream().map(event -> event.data().toStringUtf8()).toList();
  }

  @Override
  public void close() {
    subscriptions.close();
    channel.shutdownNow();
    server.shutdownNow();
    log.close();
  }
}
