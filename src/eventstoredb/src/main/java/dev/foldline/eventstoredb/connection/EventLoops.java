package dev.foldline.eventstoredb.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The event loops that connections are on.
 *
 * @param own whether they are there for nothing else
 */
record EventLoops(EventLoopGroup group, ChannelFactory<? extends Channel> channels, boolean own) {

  /** Those of Vert.x, on which HTTP requests come and Redis answers. */
  static EventLoops of(Vertx vertx) {
    return new EventLoops(
        ((VertxInternal) vertx).getEventLoopGroup(),
        ((VertxInternal) vertx).transport().channelFactory(false),
        false);
  }

  /** One that is there for nothing else. */
  static EventLoops ofTheirOwn() {
    return new EventLoops(
        new NioEventLoopGroup(1, new DefaultThreadFactory("foldline-store", true)),
        NioSocketChannel::new,
        true);
  }

  List<EventLoop> all() {
    List<EventLoop> loops = new ArrayList<>();
    for (EventExecutor each : group) {
      loops.add((EventLoop) each);
    }
    return loops;
  }

  /** Ends those that are there for nothing else. */
  void close() {
    if (own) {
      Future<?> _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }
}
