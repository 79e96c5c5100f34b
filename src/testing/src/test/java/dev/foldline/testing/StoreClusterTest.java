package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Node 0 leads at first; where it leads no more, node 1 does. */
@DisplayName("A cluster")
class StoreClusterTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final String stream = EventStoreServer.unique("s");
  private final StoreCluster cluster = new InProcessCluster();
  private final NodeClient first = NodeClient.requiresLeader(cluster.port(0));
  private final NodeClient second = NodeClient.requiresLeader(cluster.port(1));
  private final NodeClient third = NodeClient.requiresLeader(cluster.port(2));
  private final NodeClient anyway = NodeClient.takesAnyNode(cluster.port(2));

  @AfterEach
  void stop() {
    Stream.of(first, second, third, anyway).forEach(NodeClient::close);
    cluster.close();
  }

  private static void done(Answers<AppendResp> answers) {
    assertThat(answers.status()).isEqualTo(Status.OK);
  }

  private static void ended(Answers<?> answers, Status.Code how) {
    assertThat(answers.status().getCode()).isEqualTo(how);
  }

  private void names(NodeClient follower, int leader) {
    Answers<AppendResp> refused = follower.append(stream);
    ended(refused, Status.Code.NOT_FOUND);
    assertThat(refused.trailer("leader-endpoint-port"))
        .isEqualTo(String.valueOf(cluster.port(leader)));
  }

  private static List<VNodeState> states(NodeClient node) {
    return node.gossip().getMembersList().stream().map(MemberInfo::getState).toList();
  }

  private static List<Boolean> alive(NodeClient node) {
    return node.gossip().getMembersList().stream().map(MemberInfo::getIsAlive).toList();
  }

  private static void hears(Answers<ReadResp> subscription, long events) {
    await().atMost(LIMIT).until(() -> NodeClient.events(subscription) == events);
  }

  @Test
  void whose_leader_is_killed_names_it_until_another_one_is_elected() {
    cluster.kill(0);
    names(second, 0);
    names(third, 0);
    assertThat(alive(second)).containsExactly(false, true, true);
    assertThat(states(second)).startsWith(VNodeState.Leader);

    cluster.elect(1);
    assertThat(cluster.leader()).isEqualTo(1);
    names(third, 1);
    assertThat(states(third))
        .containsExactly(VNodeState.Follower, VNodeState.Leader, VNodeState.Follower);
    assertThat(alive(third)).containsExactly(false, true, true);
    done(second.append(stream));
  }

  @Test
  void whose_leader_is_killed_ends_the_streams_there_and_goes_on_with_those_elsewhere() {
    done(first.append(stream));
    Answers<ReadResp> there = first.subscribe(stream);
    Answers<ReadResp> elsewhere = third.subscribe(stream);
    hears(there, 1);
    hears(elsewhere, 1);

    cluster.kill(0);
    ended(there, Status.Code.UNAVAILABLE);
    assertThat(Cable.isOpen(cluster.port(0))).isFalse();

    cluster.elect(1);
    done(second.append(stream));
    hears(elsewhere, 2);
  }

  @Test
  void has_a_killed_leader_follow_the_next_one_when_it_is_back() {
    cluster.kill(0);
    cluster.elect(1);
    cluster.restart(0);
    await().atMost(LIMIT).untilAsserted(() -> names(first, 1));
    assertThat(alive(third)).containsExactly(true, true, true);
  }

  @Test
  void has_a_killed_leader_lead_again_if_it_is_back_before_an_election() {
    cluster.kill(0);
    cluster.restart(0);
    await().atMost(LIMIT).untilAsserted(() -> done(first.append(stream)));
  }

  @Test
  void whose_leader_is_silent_shows_it_alive_until_another_one_is_elected() {
    cluster.silence(0);
    assertThat(alive(second)).containsExactly(true, true, true);
    names(second, 0);

    cluster.elect(1);
    assertThat(alive(second)).containsExactly(false, true, true);
    names(third, 1);
  }

  @Test
  void has_a_silent_leader_do_afterwards_what_it_was_asked_if_no_one_was_elected_meanwhile() {
    done(first.append(stream));
    Answers<ReadResp> subscription = first.subscribe(stream);
    hears(subscription, 1);

    cluster.silence(0);
    Answers<AppendResp> asked = first.append(stream);
    assertThat(third.read(stream).trailer("exception")).isEqualTo("not-leader");
    assertThat(anyway.count(stream)).isEqualTo(1);
    assertThat(asked.isOver()).isFalse();

    cluster.resume(0);
    done(asked);
    hears(subscription, 2);
  }

  @Test
  void has_nothing_written_by_way_of_a_silent_leader_after_another_one_is_elected() {
    done(first.append(stream));
    Answers<AppendResp> answers = new Answers<>();
    StreamObserver<AppendReq> begun = first.beginAppend(stream, answers);
    Answers<BatchAppendResp> batchAnswers = new Answers<>();
    StreamObserver<BatchAppendReq> batches = first.batches(batchAnswers);
    batches.onNext(NodeClient.batch(stream));
    assertThat(batchAnswers.first().hasSuccess()).isTrue();

    cluster.silence(0);
    begun.onCompleted();
    batches.onNext(NodeClient.batch(stream));
    Answers<AppendResp> asked = first.append(stream);
    cluster.elect(1);
    cluster.resume(0);

    ended(asked, Status.Code.ABORTED);
    ended(answers, Status.Code.ABORTED);
    ended(batchAnswers, Status.Code.ABORTED);
    assertThat(second.count(stream)).isEqualTo(2);
  }

  @Test
  void has_a_deposed_leader_that_comes_back_think_that_it_leads_until_it_is_told() {
    Answers<ReadResp> subscription = first.subscribe(stream);
    subscription.first();
    cluster.silence(0);
    cluster.elect(1);
    cluster.resume(0);

    assertThat(states(first))
        .containsExactly(VNodeState.Leader, VNodeState.Follower, VNodeState.Follower);
    assertThat(alive(first)).containsExactly(true, true, true);
    assertThat(alive(second)).containsExactly(false, true, true);
    ended(first.append(stream), Status.Code.ABORTED);
    ended(first.batchAppend(stream), Status.Code.ABORTED);
    assertThat(subscription.isOver()).isFalse();

    cluster.tellWhoLeads(0);
    ended(subscription, Status.Code.UNAVAILABLE);
    names(first, 1);
    assertThat(states(first)).isEqualTo(states(second));
    assertThat(alive(second)).containsExactly(true, true, true);
    assertThat(second.count(stream)).isZero();
  }

  @Test
  void leaves_the_consumers_of_a_silent_leader_behind() {
    done(first.append(stream));
    first.createGroup(stream).first();
    Answers<Persistent.ReadResp> consumer = first.consume(stream);
    await().atMost(LIMIT).until(() -> consumer.messages().size() == 2);

    cluster.silence(0);
    cluster.elect(1);
    Answers<Persistent.ReadResp> next = second.consume(stream);
    await().atMost(LIMIT).until(() -> next.messages().size() == 2);
    Answers<Persistent.GetInfoResp> info = second.groupInfo(stream);
    assertThat(info.first().getSubscriptionInfo().getConnectionsList()).hasSize(1);

    cluster.resume(0);
    Answers<Persistent.ReadResp> late = first.consume(stream);
    done(second.append(stream));
    await().atMost(LIMIT).until(() -> next.messages().size() == 3);
    assertThat(late.messages()).isEmpty();
    cluster.tellWhoLeads(0);
    ended(consumer, Status.Code.UNAVAILABLE);
    ended(late, Status.Code.UNAVAILABLE);
    assertThat(consumer.messages()).hasSize(2);
  }

  @Test
  void ends_what_is_under_way_at_a_living_leader_when_another_one_is_elected() {
    Answers<ReadResp> there = first.subscribe(stream);
    Answers<ReadResp> elsewhere = third.subscribe(stream);
    there.first();
    elsewhere.first();

    cluster.elect(1);
    ended(there, Status.Code.UNAVAILABLE);
    names(first, 1);
    done(second.append(stream));
    hears(elsewhere, 1);
  }

  @Test
  void writes_nothing_without_a_majority() {
    cluster.kill(1);
    done(first.append(stream));
    cluster.silence(2);
    ended(first.append(stream), Status.Code.ABORTED);
    cluster.resume(2);
    done(first.append(stream));
  }

  @Test
  void writes_nothing_by_way_of_a_follower_without_a_leader() {
    cluster.silence(0);
    ended(anyway.append(stream), Status.Code.ABORTED);
    cluster.elect(1);
    done(anyway.append(stream));
    assertThat(anyway.count(stream)).isEqualTo(1);
  }

  @Test
  void elects_only_who_runs_among_a_majority() {
    cluster.silence(0);
    assertThatThrownBy(() -> cluster.elect(0)).isInstanceOf(IllegalStateException.class);
    cluster.kill(1);
    assertThatThrownBy(() -> cluster.elect(2)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> cluster.tellWhoLeads(0)).isInstanceOf(IllegalStateException.class);
    assertThat(cluster.leader()).isZero();
  }

  @Test
  void ends_all_of_it_when_it_is_closed() {
    Answers<ReadResp> subscription = third.subscribe(stream);
    subscription.first();
    cluster.silence(0);
    cluster.close();
    ended(subscription, Status.Code.UNAVAILABLE);
    assertThat(IntStream.range(0, StoreCluster.SIZE).map(cluster::port).boxed())
        .noneMatch(Cable::isOpen);
  }
}
