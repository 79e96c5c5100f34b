package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.EndPoint;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import dev.foldline.embedded.log.Ticks;
import io.grpc.stub.StreamObserver;
import java.util.UUID;
import java.util.function.Supplier;

/** {@code Gossip}: a cluster of one, which is its own leader. */
public final class GossipService extends GossipGrpc.GossipImplBase {
  private final Shared.UUID instance = Uuids.toProto(UUID.randomUUID(), true);
  private final Supplier<EndPoint> endPoint;

  /**
   * @param endPoint where clients can dial this server; asked for each time, since the port is
   *     known only once bound
   */
  public GossipService(Supplier<EndPoint> endPoint) {
    this.endPoint = endPoint;
  }

  @Override
  public void read(Empty request, StreamObserver<ClusterInfo> responses) {
    MemberInfo self =
        MemberInfo.newBuilder()
            .setInstanceId(instance)
            .setTimeStamp(Ticks.now())
            .setState(VNodeState.Leader)
            .setIsAlive(true)
            .setHttpEndPoint(endPoint.get())
            .build();
    responses.onNext(ClusterInfo.newBuilder().addMembers(self).build());
    responses.onCompleted();
  }
}
