package dev.foldline.embedded.grpc;

import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses a message that is none as null, for {@link Calls} to end the call. To gRPC-Java it would
 * be a failure of the server, and worth a stack trace in the log.
 */
public final class LenientMarshaller<T> implements Marshaller<T> {
  private final Marshaller<T> strict;

  private LenientMarshaller(Marshaller<T> strict) {
    this.strict = strict;
  }

  /** The same service, whose calls get null for what can't be parsed. */
  public static ServerServiceDefinition of(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods =
        service.getMethods().stream()
            .<ServerMethodDefinition<?, ?>>map(LenientMarshaller::of)
            .toList();
    var descriptor = ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    var builder = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(builder::addMethod);
    return builder.build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> of(ServerMethodDefinition<Q, R> method) {
    var descriptor = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        descriptor.toBuilder(
                new LenientMarshaller<>(descriptor.getRequestMarshaller()),
                descriptor.getResponseMarshaller())
            .build(),
        method.getServerCallHandler());
  }

  @Override
  public InputStream stream(T value) {
    return strict.stream(value);
  }

  @Override
  public @Nullable T parse(InputStream stream) {
    try {
      return strict.parse(stream);
    } catch (StatusRuntimeException _) {
      return null;
    }
  }
}
