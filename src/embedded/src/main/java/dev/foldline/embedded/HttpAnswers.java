package dev.foldline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.embedded.grpc.FeaturesService;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler.Sharable;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderValues;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.codec.http.QueryStringDecoder;

/**
 * The few paths that a real server answers over HTTP/1.1 too, by which probes find that it is there
 * (contract 9.15), to anyone. Each connection ends with its answer.
 */
@Sharable
final class HttpAnswers extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final String PING = "{\"text\":\"Ping request successfully handled\"}";

  private final String info;

  /**
   * @param secure whether callers have to say who they are
   */
  HttpAnswers(boolean secure) {
    info =
        """
        {"esVersion":"%s","state":"leader",\
        "features":{"projections":false,"userManagement":false,"atomPub":false},\
        "authentication":{"type":"%s","properties":{}}}"""
            .formatted(FeaturesService.VERSION, secure ? "internal" : "insecure");
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    var answer = answer(request);
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    var _ = context.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
  }

  private FullHttpResponse answer(FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return answer(HttpResponseStatus.BAD_REQUEST, "");
    }
    var known =
        switch (new QueryStringDecoder(request.uri()).rawPath()) {
          case "/ping" -> answer(HttpResponseStatus.OK, PING);
          case "/info" -> answer(HttpResponseStatus.OK, info);
          case "/health/live" -> answer(HttpResponseStatus.NO_CONTENT, "");
          default -> answer(HttpResponseStatus.NOT_FOUND, "");
        };
    boolean reads =
        request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    return reads || known.status().equals(HttpResponseStatus.NOT_FOUND) ? known : notAllowed();
  }

  private static FullHttpResponse notAllowed() {
    var answer = answer(HttpResponseStatus.METHOD_NOT_ALLOWED, "");
    answer.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
    return answer;
  }

  private static FullHttpResponse answer(HttpResponseStatus status, String json) {
    var answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(json, UTF_8));
    if (!json.isEmpty()) {
      answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=utf-8");
    }
    return answer;
  }
}
