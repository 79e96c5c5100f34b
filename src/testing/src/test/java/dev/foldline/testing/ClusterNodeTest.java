package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import io.grpc.Status;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

@DisplayName("A node of a cluster where all is well")
class ClusterNodeTest {

  private static final int LEADER = 0;
  private static final int FOLLOWER = 1;

  private static StoreCluster cluster;
  private static NodeClient leader;
  private static NodeClient follower;
  private static NodeClient followerWillDo;

  private final String stream = EventStoreServer.unique("s");

  /** What a client may ask. */
  enum Call {
    APPEND {
      @Override
      Answers<?> by(NodeClient client, String stream) {
        return client.append(stream);
      }
    },
    BATCH_APPEND {
      @Override
      Answers<?> by(NodeClient client, String stream) {
        return client.batchAppend(stream);
      }
    },
    READ {
      @Override
      Answers<?> by(NodeClient client, String stream) {
        return client.read(stream);
      }
    },
    DELETE {
      @Override
      Answers<?> by(NodeClient client, String stream) {
        return client.delete(stream);
      }
    },
    TOMBSTONE {
      @Override
      Answers<?> by(NodeClient client, String stream) {
        return client.tombstone(stream);
      }
    },
    CREATE_GROUP {
      @Override
      Answers<?> by(NodeClient client, String stream) {
        return client.createGroup(stream);
      }
    },
    UPDATE_GROUP {
      @Override
      Answers<?> by(NodeClient client, String stream) {
        return client.updateGroup(stream);
      }
    },
    DELETE_GROUP {
      @Override
      Answers<?> by(NodeClient client, String stream) {
        return client.deleteGroup(stream);
      }
    },
    CONSUME {
      @Override
      Answers<?> by(NodeClient client, String stream) {
        return client.consume(stream);
      }
    };

    abstract Answers<?> by(NodeClient client, String stream);
  }

  @BeforeAll
  static void start() {
    cluster = new InProcessCluster();
    leader = NodeClient.requiresLeader(cluster.port(LEADER));
    follower = NodeClient.requiresLeader(cluster.port(FOLLOWER));
    followerWillDo = NodeClient.takesAnyNode(cluster.port(FOLLOWER));
  }

  @AfterAll
  static void stop() {
    leader.close();
    follower.close();
    followerWillDo.close();
    cluster.close();
  }

  @Test
  void has_a_port_that_clients_can_read_beside_others() {
    assertThat(IntStream.range(0, StoreCluster.SIZE).map(cluster::port).boxed())
        .doesNotHaveDuplicates()
        .allMatch(port -> port < 32_768);
  }

  @Test
  void names_all_nodes_and_the_one_that_leads() {
    assertThat(leader.gossip().getMembersList())
        .extracting(
            member -> member.getHttpEndPoint().getPort(),
            MemberInfo::getState,
            MemberInfo::getIsAlive)
        .containsExactly(
            tuple(cluster.port(0), VNodeState.Leader, true),
            tuple(cluster.port(1), VNodeState.Follower, true),
            tuple(cluster.port(2), VNodeState.Follower, true));
    assertThat(leader.gossip().getMembersList())
        .extracting(MemberInfo::getInstanceId)
        .doesNotHaveDuplicates();
    assertThat(states(follower)).isEqualTo(states(leader));
  }

  private static List<VNodeState> states(NodeClient node) {
    return node.gossip().getMembersList().stream().map(MemberInfo::getState).toList();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "CONSUME")
  void does_everything_if_it_leads(Call call) {
    leader.append(stream).first();
    if (call != Call.CREATE_GROUP) {
      leader.createGroup(stream).first();
    }
    Answers<?> answers = call.by(leader, stream);
    assertThat(answers.status()).isEqualTo(Status.OK);
    assertThat(answers.messages()).isNotEmpty();
  }

  @Test
  void delivers_to_consumers_if_it_leads() {
    leader.append(stream).first();
    leader.createGroup(stream).first();
    assertThat(leader.consume(stream).first().hasSubscriptionConfirmation()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void names_the_leader_to_who_requires_it_if_it_follows(Call call) {
    isRefused(call.by(follower, stream));
    assertThat(leader.count(stream)).isZero();
  }

  private static void isRefused(Answers<?> answers) {
    assertThat(answers.status().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(answers.trailer("exception")).isEqualTo("not-leader");
    assertThat(answers.trailer("leader-endpoint-host")).isEqualTo("127.0.0.1");
    assertThat(answers.trailer("leader-endpoint-port"))
        .isEqualTo(String.valueOf(cluster.port(LEADER)));
    assertThat(answers.messages()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"APPEND", "BATCH_APPEND", "READ", "DELETE", "TOMBSTONE"})
  void does_for_others_what_the_leader_would_if_it_follows(Call call) {
    leader.append(stream).first();
    Answers<?> answers = call.by(followerWillDo, stream);
    assertThat(answers.status()).isEqualTo(Status.OK);
    assertThat(answers.messages()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"CREATE_GROUP", "UPDATE_GROUP", "DELETE_GROUP", "CONSUME"})
  void names_the_leader_to_whoever_wants_persistent_subscriptions_if_it_follows(Call call) {
    isRefused(call.by(followerWillDo, stream));
  }

  @Test
  void confirms_a_catch_up_subscription_that_requires_the_leader_though_it_follows() {
    leader.append(stream).first();
    assertThat(follower.subscribe(stream).first().hasConfirmation()).isTrue();
  }

  @Test
  void is_never_ready_to_tell_of_persistent_subscriptions_if_it_follows() {
    leader.createGroup(stream).first();
    for (NodeClient client : new NodeClient[] {follower, followerWillDo}) {
      isNotReady(client.groupInfo(stream));
      isNotReady(client.listGroups());
    }
  }

  private static void isNotReady(Answers<?> answers) {
    assertThat(answers.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(answers.status().getDescription()).isEqualTo("Server Is Not Ready");
  }

  @Test
  void never_answers_who_replays_parked_events_if_it_follows() {
    leader.createGroup(stream).first();
    assertThat(follower.replayParked(stream).status().getCode())
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(leader.replayParked(stream).status()).isEqualTo(Status.OK);
  }
}
