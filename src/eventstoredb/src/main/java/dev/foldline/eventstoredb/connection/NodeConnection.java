package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethod;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethods;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connection of one event loop to one node, from its first word until it is left. Only that
 * loop touches it.
 */
final class NodeConnection {

  private static final String STREAMS = "event_store.client.streams.streams";
  private static final String BATCH_APPEND = "batchappend";

  private final Endpoint node;
  private final ManagedChannel managed;
  private final Channel channel;
  private final LoopClient client;
  private boolean batches;
  private boolean left;
  private long lastAnswer = System.nanoTime();
  private @Nullable BatchAppendCall appends;

  NodeConnection(Endpoint node, ManagedChannel managed, LoopClient client) {
    this.node = node;
    this.managed = managed;
    this.channel = ClientInterceptors.intercept(managed, new Observer());
    this.client = client;
  }

  Endpoint node() {
    return node;
  }

  /** By which calls go; how they end is observed. */
  Channel channel() {
    return channel;
  }

  /** Asks the node what it can do; one that does not understand the question can do little. */
  void greet(Duration limit) {
    ClientCall<Empty, SupportedMethods> call =
        channel.newCall(
            ServerFeaturesGrpc.getGetSupportedMethodsMethod(),
            CallOptions.DEFAULT.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS));
    Unary.call(
        call,
        Empty.getDefaultInstance(),
        new Unary.Answer<>() {
          @Override
          public void answered(SupportedMethods methods) {
            batches = methods.getMethodsList().stream().anyMatch(NodeConnection::isBatchAppend);
            client.connected(NodeConnection.this);
          }

          @Override
          public void ended(Status status, Metadata trailers) {
            switch (status.getCode()) {
              case UNIMPLEMENTED, NOT_FOUND -> client.connected(NodeConnection.this);
              default -> client.refused(NodeConnection.this, status);
            }
          }
        });
  }

  private static boolean isBatchAppend(SupportedMethod method) {
    return method.getServiceName().equals(STREAMS) && method.getMethodName().equals(BATCH_APPEND);
  }

  /** The call by which appends go that need none of their own; empty where the node has none. */
  Optional<BatchAppendCall> appends() {
    if (batches && appends == null) {
      appends = new BatchAppendCall(this, client);
      appends.start();
    }
    return Optional.ofNullable(appends);
  }

  /** A call for appends ended: the next append opens another. */
  void forget(BatchAppendCall ended) {
    if (appends == ended) {
      appends = null;
    }
  }

  /** The node has no such call, whatever it claimed. */
  void batchesNoMore() {
    batches = false;
  }

  /** Begins nothing more; what goes by it goes on. */
  void retire() {
    managed.shutdown();
  }

  /** Ends all that goes by it. */
  void leave() {
    left = true;
    managed.shutdownNow();
  }

  /** Whether it has said nothing for some time. */
  boolean isSilentFor(long nanos) {
    return System.nanoTime() - lastAnswer >= nanos;
  }

  /** Whether only a node ends calls like that; else it may be our own side. */
  private static boolean isOfTheNode(Status status) {
    return switch (status.getCode()) {
      case NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, UNAUTHENTICATED, FAILED_PRECONDITION ->
          true;
      default -> false;
    };
  }

  /**
   * A node tells by the ends of calls who leads, and that it does not. They are brought to the
   * event loop: a call that was never sent, as no address was found, ends on another thread.
   */
  private final class Observer implements EndsOfCalls {

    @Override
    public void received() {
      lastAnswer = System.nanoTime();
    }

    @Override
    public void execute(Runnable end) {
      client.execute(end);
    }

    @Override
    public void ended(Status status, Metadata trailers) {
      if (left || status.isOk()) {
        return;
      }
      if (isOfTheNode(status)) {
        received();
      }
      Optional<Endpoint> elsewhere = Ends.leader(trailers);
      if (elsewhere.isPresent()) {
        client.redirected(NodeConnection.this, elsewhere.get());
      } else if (Ends.isNotLeader(trailers)) {
        client.doubt(NodeConnection.this);
      } else if (status.getCode() == Status.Code.UNAVAILABLE) {
        if (managed.getState(false) == ConnectivityState.READY) {
          client.doubt(NodeConnection.this);
        } else {
          client.lost(NodeConnection.this);
        }
      }
    }
  }
}
