package dev.foldline.eventstoredb.connection;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections as the settings say. What is called by them is answered on their event loop.
 * Safe for use by many threads.
 */
final class Channels {

  private static final int LARGEST_MESSAGE = 17 << 20;

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> REQUIRES_LEADER =
      Metadata.Key.of("requires-leader", Metadata.ASCII_STRING_MARSHALLER);

  private final StoreSettings settings;
  private final EventLoops loops;
  private final List<ClientInterceptor> observers;
  private volatile Optional<String> authorization;
  private volatile @Nullable SslContext tls;

  /**
   * @param observers are told how each call ends
   * @throws IllegalArgumentException if a certificate or a password can't be read
   */
  Channels(StoreSettings settings, EventLoops loops, List<ClientInterceptor> observers) {
    this.settings = settings;
    this.loops = loops;
    this.authorization = settings.authorization();
    this.observers = observers;
    this.tls = settings.tls().map(Tls::read).orElse(null);
  }

  /**
   * Loads what a connection needs from jars, so that no event loop has to.
   *
   * @throws IllegalArgumentException if a node's name is none of a host
   */
  void prepare() {
    settings.seeds().forEach(seed -> open(seed, loops.all().getFirst()).shutdownNow());
  }

  /**
   * Reads the files again, for connections and calls from now on.
   *
   * @throws IllegalArgumentException if that can't be done; then all stays as it was
   */
  void reread() {
    @Nullable SslContext read = settings.tls().map(Tls::read).orElse(null);
    authorization = settings.authorization();
    tls = read;
  }

  /** Connects when it is first used. */
  ManagedChannel open(Endpoint node, EventLoop loop) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(node.host(), node.port())
            .eventLoopGroup(loop)
            .channelFactory(loops.channels())
            .withOption(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) settings.gossipTimeout().toMillis())
            .directExecutor()
            .disableRetry()
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .intercept(observers)
            .intercept(new Headers());
    settings
        .keepAlive()
        .ifPresent(
            silence ->
                builder
                    .keepAliveTime(silence.toMillis(), TimeUnit.MILLISECONDS)
                    .keepAliveTimeout(
                        settings.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS));
    @Nullable SslContext encryption = tls;
    if (encryption == null) {
      builder.usePlaintext();
    } else {
      builder.sslContext(encryption);
    }
    return builder.build();
  }

  /** Says with each call who the application is, and that only the leader may answer. */
  private final class Headers implements ClientInterceptor {

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          headers.put(REQUIRES_LEADER, "true");
          authorization.ifPresent(value -> headers.put(AUTHORIZATION, value));
          super.start(listener, headers);
        }
      };
    }
  }
}
