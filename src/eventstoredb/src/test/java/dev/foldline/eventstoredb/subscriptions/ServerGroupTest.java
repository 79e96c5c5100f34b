package dev.foldline.eventstoredb.subscriptions;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.CreateReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.CreateResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.GetInfoReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.GetInfoResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.ScriptedNode;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A group in the server")
class ServerGroupTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Knows of no group, and creates none as it has it already. */
  private static final class Contradictory
      extends PersistentSubscriptionsGrpc.PersistentSubscriptionsImplBase {

    @Override
    public void getInfo(GetInfoReq request, StreamObserver<GetInfoResp> answers) {
      answers.onError(Status.NOT_FOUND.asRuntimeException());
    }

    @Override
    public void create(CreateReq request, StreamObserver<CreateResp> answers) {
      answers.onError(Status.ALREADY_EXISTS.asRuntimeException());
    }
  }

  /** Has no events. */
  private static final class Empty extends StreamsGrpc.StreamsImplBase {

    @Override
    public void read(ReadReq request, StreamObserver<ReadResp> answers) {
      answers.onCompleted();
    }
  }

  @Test
  void of_which_the_server_contradicts_itself_is_not_asked_for_again_and_again() {
    try (ScriptedNode node =
            new ScriptedNode(ScriptedNode.Features.NO_BATCHES, new Contradictory(), new Empty());
        EventStore store = new EventStore(node.connectionString(), Duration.ofSeconds(5))) {
      ServerGroup group =
          new ServerGroup(
              store, Group.ofCategories("readers", List.of("order"), 100), false, false);

      assertThatThrownBy(() -> group.ensure().await().atMost(LIMIT))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("of two minds");
    }
  }
}
