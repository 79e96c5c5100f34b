package dev.foldline.embedded;

import com.eventstore.dbclient.proto.gossip.GossipOuterClass.EndPoint;
import dev.foldline.embedded.grpc.Authentication;
import dev.foldline.embedded.grpc.Calls;
import dev.foldline.embedded.grpc.FeaturesService;
import dev.foldline.embedded.grpc.GossipService;
import dev.foldline.embedded.grpc.LenientMarshaller;
import dev.foldline.embedded.security.Users;
import io.grpc.BindableService;
import io.grpc.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a store listens, and how: on a port that clients can dial, with the limits of a real
 * server, and for its users alone if there are any.
 *
 * @param host to listen on
 * @param port to listen on, 0 for a free one
 * @param certificate for TLS, with its private key, as PEM files; null for none
 */
record StoreServer(
    String host, int port, @Nullable Path certificate, @Nullable Path privateKey, Users users) {

  /** The largest message a real server takes. */
  private static final int MAX_MESSAGE = (16 << 20) - 10_000;

  /** Clients parse the ports of a cluster as signed 16-bit numbers (contract 1.1). */
  private static final int HIGHEST_PORT = 32_767;

  private static final int LOWEST_FREE_PORT = 20_000;
  private static final int PORTS_TO_TRY = 50;
  private static final long KEEP_ALIVE_SECONDS = 10;

  /** By then a connection speaks gRPC, or ends: one that is silent, slow, or HTTP/1.1 does. */
  private static final long HANDSHAKE_SECONDS = 10;

  /**
   * Begins to listen.
   *
   * @param handlers where calls are handled if there are users
   * @throws IllegalStateException if the port is taken, no free one is found, or the certificate is
   *     not one
   */
  Server start(
      Transport transport, Executor handlers, Calls calls, List<BindableService> services) {
    for (int attempt = 1; ; attempt++) {
      int candidate =
          port != 0
              ? port
              : ThreadLocalRandom.current().nextInt(LOWEST_FREE_PORT, HIGHEST_PORT + 1);
      try {
        return server(candidate, transport, handlers, calls, services).start();
      } catch (IOException | RuntimeException e) {
        if (e instanceof RuntimeException || port != 0 || attempt == PORTS_TO_TRY) {
          throw new IllegalStateException(
              "Can't listen on %s:%d: %s".formatted(host, candidate, e.getMessage()), e);
        }
      }
    }
  }

  /**
   * What a client can dial: a server that listens everywhere is found at least on its own machine.
   */
  String dialableHost() {
    InetAddress address = new InetSocketAddress(host, 0).getAddress();
    return address != null && address.isAnyLocalAddress() ? "localhost" : host;
  }

  private Server server(
      int port, Transport transport, Executor handlers, Calls calls, List<BindableService> common) {
    List<BindableService> services = new ArrayList<>(common);
    EndPoint self = EndPoint.newBuilder().setAddress(dialableHost()).setPort(port).build();
    services.add(new GossipService(() -> self));
    services.add(new FeaturesService(services));
    var server =
        transport
            .server(new InetSocketAddress(host, port), protocols())
            .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
            .maxInboundMessageSize(MAX_MESSAGE)
            .permitKeepAliveTime(0, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .addStreamTracerFactory(calls);
    if (users.isEmpty()) {
      server.directExecutor().intercept(calls);
    } else {
      server.executor(handlers).intercept(new Authentication(users)).intercept(calls);
    }
    services.forEach(service -> server.addService(LenientMarshaller.of(service.bindService())));
    return server.build();
  }

  private Protocols protocols() {
    var http = new HttpAnswers(!users.isEmpty());
    return certificate != null && privateKey != null
        ? Protocols.overTls(certificate.toFile(), privateKey.toFile(), http)
        : Protocols.plain(http);
  }
}
