package dev.foldline.embedded;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.List;

/**
 * Gives each frame of HTTP/2 memory of its own. gRPC keeps the parts of a message as slices of what
 * was read from the socket: those of one call would hold the memory of all others that were read
 * with them, however many of these have ended.
 */
final class SeparateFrames extends ByteToMessageDecoder {
  private static final int PREFACE = Http2CodecUtil.connectionPrefaceBuf().readableBytes();

  private boolean begun;

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (!begun && in.readableBytes() >= PREFACE) {
      out.add(in.readBytes(PREFACE));
      begun = true;
    } else if (begun && in.readableBytes() >= Http2CodecUtil.FRAME_HEADER_LENGTH) {
      int length = lengthOfFrame(in);
      if (in.readableBytes() >= length) {
        out.add(in.readBytes(length));
      }
    }
  }

  /** Of one that is too long its header is enough: gRPC refuses it by that. */
  private static int lengthOfFrame(ByteBuf in) {
    int payload = in.getUnsignedMedium(in.readerIndex());
    return Http2CodecUtil.FRAME_HEADER_LENGTH
        + (payload > Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE ? 0 : payload);
  }
}
