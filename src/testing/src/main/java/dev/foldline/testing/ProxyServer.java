package dev.foldline.testing;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Listens on this machine in the place of a store; one handler has every call. */
final class ProxyServer implements AutoCloseable {

  private final Server server;

  /**
   * @param port 0 for any
   */
  ProxyServer(int port, ServerCallHandler<byte[], byte[]> handler) {
    try {
      server =
          NettyServerBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .fallbackHandlerRegistry(new EveryMethod(handler))
              .permitKeepAliveTime(1, TimeUnit.SECONDS)
              .maxInboundMessageSize(Integer.MAX_VALUE)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A way to the store behind it. */
  static ManagedChannel channelTo(int storePort) {
    return NettyChannelBuilder.forAddress("127.0.0.1", storePort)
        .usePlaintext()
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .build();
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    try {
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
