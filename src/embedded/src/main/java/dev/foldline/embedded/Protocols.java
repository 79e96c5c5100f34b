package dev.foldline.embedded;

import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.grpc.netty.ProtocolNegotiationEvent;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObjectAggregator;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerCodec;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2CodecUtil;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolNames;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import java.io.File;
import java.io.UncheckedIOException;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What a connection speaks, by its first bytes: HTTP/2 is gRPC's, and everything else is answered
 * as HTTP/1.1.
 */
final class Protocols implements InternalProtocolNegotiator.ProtocolNegotiator {
  private static final int MOST_CONTENT = 8192;
  private static final ByteBuf PREFACE = Http2CodecUtil.connectionPrefaceBuf();

  private final InternalProtocolNegotiator.ProtocolNegotiator grpc =
      InternalProtocolNegotiators.serverPlaintext();
  private final @Nullable SslContext tls;
  private final HttpAnswers http;

  private Protocols(@Nullable SslContext tls, HttpAnswers http) {
    this.tls = tls;
    this.http = http;
  }

  static Protocols plain(HttpAnswers http) {
    return new Protocols(null, http);
  }

  /** Over TLS, with a certificate (chain) and its private key, both PEM files. */
  static Protocols overTls(File certificate, File privateKey, HttpAnswers http) {
    var names =
        new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2,
            ApplicationProtocolNames.HTTP_1_1);
    try {
      return new Protocols(
          GrpcSslContexts.forServer(certificate, privateKey)
              .applicationProtocolConfig(names)
              .build(),
          http);
    } catch (SSLException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public AsciiString scheme() {
    return grpc.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
    return new FirstBytes(handler);
  }

  @Override
  public void close() {
    grpc.close();
  }

  private final class FirstBytes extends ByteToMessageDecoder {
    private final GrpcHttp2ConnectionHandler handler;

    private FirstBytes(GrpcHttp2ConnectionHandler handler) {
      this.handler = handler;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      if (tls != null) {
        context.pipeline().addBefore(context.name(), null, tls.newHandler(context.alloc()));
      }
    }

    /** gRPC would begin to speak at once; it is told later, if it is to. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (!(event instanceof ProtocolNegotiationEvent)) {
        context.fireUserEventTriggered(event);
      }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      int length = Math.min(in.readableBytes(), PREFACE.readableBytes());
      if (!ByteBufUtil.equals(in, in.readerIndex(), PREFACE, 0, length)) {
        follow(context, http);
        follow(context, new HttpObjectAggregator(MOST_CONTENT));
        follow(context, new HttpServerCodec());
        context.pipeline().remove(this);
      } else if (length == PREFACE.readableBytes()) {
        follow(context, grpc.newHandler(handler));
        follow(context, new SeparateFrames());
        context.fireUserEventTriggered(InternalProtocolNegotiationEvent.getDefault());
        context.pipeline().remove(this);
      }
    }

    private static void follow(ChannelHandlerContext context, ChannelHandler next) {
      context.pipeline().addAfter(context.name(), null, next);
    }
  }
}
