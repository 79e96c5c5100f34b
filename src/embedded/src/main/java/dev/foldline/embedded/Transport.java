package dev.foldline.embedded;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The one thread that serves all connections. What is run on it may answer many calls, and they go
 * out together: a change of threads for each would cost more than the calls.
 */
final class Transport implements Executor, AutoCloseable {
  private static final long GRACE_MILLIS = 500;

  /**
   * What a peer does wrong it is told, and gRPC would log it besides, with stack traces: anyone
   * could fill the disk. Held here, since the JDK forgets the level of a logger that nobody holds.
   */
  private static final List<Logger> SILENCED =
      Stream.of("NettyServerHandler", "NettyServerStream", "NettyServerTransport")
          .map(name -> NettyServerBuilder.class.getPackageName() + "." + name)
          .map(Logger::getLogger)
          .toList();

  private final EventLoopGroup eventLoop;
  private final Class<? extends ServerChannel> channelType;

  Transport() {
    SILENCED.forEach(logger -> logger.setLevel(Level.SEVERE));
    ThreadFactory threads = Thread.ofPlatform().name("foldline-transport").daemon().factory();
    if (Epoll.isAvailable()) {
      eventLoop = new EpollEventLoopGroup(1, threads);
      channelType = EpollServerSocketChannel.class;
    } else {
      eventLoop = new NioEventLoopGroup(1, threads);
      channelType = NioServerSocketChannel.class;
    }
  }

  NettyServerBuilder server(InetSocketAddress address, Protocols protocols) {
    return NettyServerBuilder.forAddress(address)
        .protocolNegotiator(protocols)
        .bossEventLoopGroup(eventLoop)
        .workerEventLoopGroup(eventLoop)
        .channelType(channelType);
  }

  @Override
  public void execute(Runnable task) {
    eventLoop.execute(task);
  }

  @Override
  public void close() {
    eventLoop
        .shutdownGracefully(0, GRACE_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(GRACE_MILLIS);
  }
}
