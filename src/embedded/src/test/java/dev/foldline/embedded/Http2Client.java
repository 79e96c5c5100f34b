package dev.foldline.embedded;

import io.grpc.netty.shaded.io.netty.bootstrap.Bootstrap;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** HTTP/2 below gRPC: sends frames, and keeps the names and headers of those that come. */
final class Http2Client implements AutoCloseable {
  private static final byte[] ONE = new byte[1];

  private final NioEventLoopGroup eventLoop = new NioEventLoopGroup(1);
  private final List<String> frames = new CopyOnWriteArrayList<>();
  private final List<Map.Entry<String, String>> headers = new CopyOnWriteArrayList<>();
  private final Channel channel;

  Http2Client(int port) {
    channel =
        new Bootstrap()
            .group(eventLoop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel opened) {
                    opened
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forClient().build(),
                            new Http2MultiplexHandler(new Received()),
                            new Received());
                  }
                })
            .connect("localhost", port)
            .syncUninterruptibly()
            .channel();
  }

  private final class Received extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
      if (frame instanceof Http2HeadersFrame received) {
        received
            .headers()
            .forEach(
                header ->
                    headers.add(
                        Map.entry(header.getKey().toString(), header.getValue().toString())));
      }
      frames.add(frame.getClass().getSimpleName().replaceAll("^DefaultHttp2|Frame$", ""));
      ReferenceCountUtil.release(frame);
    }
  }

  /** Sends one gRPC call with an empty message. */
  void call(String path, String contentType) {
    var _ = send(path, contentType, new byte[5], true);
  }

  /** Begins a call with some bytes, which may be all of it. */
  void send(String path, byte[] bytes, boolean end) {
    var _ = send(path, "application/grpc", bytes, end);
  }

  /** Begins a call with some bytes, and resets it once they are sent. */
  void sendAndReset(String path, byte[] bytes) {
    ChannelFuture sent = send(path, "application/grpc", bytes, false).syncUninterruptibly();
    var _ =
        sent.channel()
            .writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL))
            .syncUninterruptibly();
  }

  /** Begins a call, and sends so many bytes of it, each in a frame of its own. */
  void sendCrumbs(String path, byte[] begin, int crumbs) {
    Channel stream = send(path, "application/grpc", begin, false).channel();
    for (int i = 0; i < crumbs; i++) {
      // Netty would put together what waits for the same flush.
      var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(ONE), false));
    }
  }

  private ChannelFuture send(String path, String contentType, byte[] bytes, boolean end) {
    Channel stream =
        new Http2StreamChannelBootstrap(channel)
            .handler(new Received())
            .open()
            .syncUninterruptibly()
            .getNow();
    var request =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("http")
            .authority("localhost")
            .path(path)
            .add("content-type", contentType)
            .add("te", "trailers");
    var _ = stream.write(new DefaultHttp2HeadersFrame(request));
    return stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), end));
  }

  void ping(long content) {
    var _ = channel.writeAndFlush(new DefaultHttp2PingFrame(content));
  }

  /** How many frames of a kind have come: Ping, GoAway, Data, … */
  long received(String kind) {
    return frames.stream().filter(kind::equals).count();
  }

  /** The values that a header or trailer came with. */
  Stream<String> header(String name) {
    return headers.stream().filter(header -> header.getKey().equals(name)).map(Map.Entry::getValue);
  }

  @Override
  public void close() {
    var _ = channel.close().syncUninterruptibly();
    var _ = eventLoop.shutdownGracefully();
  }
}
