package dev.foldline.embedded;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** A call of any bytes, with a timeout that only the server knows of. */
final class RawCall {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
          return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private RawCall() {}

  /** Makes the call and answers how it ended. */
  static String make(
      Channel channel, MethodDescriptor<?, ?> method, byte[] request, String timeout) {
    return make(channel, method, List.of(request), timeout);
  }

  static String make(
      Channel channel, MethodDescriptor<?, ?> method, List<byte[]> requests, String timeout) {
    var descriptor =
        MethodDescriptor.newBuilder(BYTES, BYTES)
            .setFullMethodName(method.getFullMethodName())
            .setType(method.getType())
            .build();
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), timeout);
    Channel withHeaders =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    var answers = new Answers<byte[]>();
    var call =
        ClientCalls.asyncBidiStreamingCall(
            withHeaders.newCall(descriptor, CallOptions.DEFAULT), new Unary(answers));
    requests.forEach(call::onNext);
    call.onCompleted();
    return answers.await().error();
  }

  private record Unary(Answers<byte[]> answers) implements io.grpc.stub.StreamObserver<byte[]> {
    @Override
    public void onNext(byte[] message) {
      answers.onNext(message);
    }

    @Override
    public void onError(Throwable failure) {
      answers.onError(failure);
    }

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }
}
