package dev.foldline.eventstoredb.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.EndPoint;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Who leads")
class VotesTest {

  private static final Endpoint A = new Endpoint("a", 1);
  private static final Endpoint B = new Endpoint("b", 2);
  private static final Endpoint C = new Endpoint("c", 3);
  private static final Endpoint D = new Endpoint("d", 4);
  private static final List<Endpoint> THREE = List.of(A, B, C);

  private static ClusterInfo view(List<Endpoint> members, Endpoint leader, Endpoint... dead) {
    ClusterInfo.Builder view = ClusterInfo.newBuilder();
    for (Endpoint member : members) {
      view.addMembers(
          MemberInfo.newBuilder()
              .setHttpEndPoint(
                  EndPoint.newBuilder().setAddress(member.host()).setPort(member.port()))
              .setIsAlive(!List.of(dead).contains(member))
              .setState(member.equals(leader) ? VNodeState.Leader : VNodeState.Follower));
    }
    return view.build();
  }

  @Test
  void is_whom_more_than_half_of_the_members_name() {
    Votes votes = new Votes(Set.of());
    votes.add(A, view(THREE, B));
    assertThat(votes.leader()).isEmpty();
    votes.add(C, view(THREE, B));
    assertThat(votes.leader()).contains(B);
  }

  @Test
  void is_not_who_alone_thinks_so() {
    Votes votes = new Votes(Set.copyOf(THREE));
    votes.add(A, view(THREE, A));
    assertThat(votes.leader()).isEmpty();
    votes.add(B, view(THREE, C, A));
    assertThat(votes.leader()).isEmpty();
    votes.add(C, view(THREE, C, A));
    assertThat(votes.leader()).contains(C);
  }

  @Test
  void is_not_who_is_dead_to_those_who_name_him() {
    Votes votes = new Votes(Set.of());
    votes.add(A, view(THREE, B, B));
    votes.add(C, view(THREE, B, B));
    assertThat(votes.leader()).isEmpty();
  }

  @Test
  void is_said_anew_by_who_said_something_before() {
    Votes votes = new Votes(Set.of());
    votes.add(A, view(THREE, B));
    votes.add(A, view(THREE, C));
    votes.add(B, view(THREE, C));
    assertThat(votes.leader()).contains(C);
  }

  @Test
  void is_said_by_members_alone_and_not_by_a_seed_that_is_none() {
    Endpoint balancer = new Endpoint("balancer", 2113);
    Votes votes = new Votes(Set.of());
    votes.add(balancer, view(THREE, B));
    votes.add(A, view(THREE, B));
    assertThat(votes.leader()).isEmpty();
    assertThat(votes.named()).containsExactlyInAnyOrder(A, B, C);
  }

  @Test
  void is_the_one_member_where_there_is_one_however_it_is_reached() {
    Votes votes = new Votes(Set.of());
    votes.add(new Endpoint("localhost", 1), view(List.of(A), A));
    assertThat(votes.leader()).contains(A);
  }

  /** Gossip goes on naming those who are gone for good, for half an hour. */
  @Test
  void is_not_kept_from_leading_by_members_that_are_dead_to_all() {
    List<Endpoint> four = List.of(A, B, C, D);
    Votes votes = new Votes(Set.copyOf(four));
    votes.add(A, view(four, A, C, D));
    assertThat(votes.leader()).isEmpty();
    votes.add(B, view(four, A, C, D));
    assertThat(votes.leader()).contains(A);
  }

  @Test
  void is_counted_among_the_members_that_gossip_last_named_though_one_names_fewer() {
    Votes votes = new Votes(Set.of(A, B, C, D));
    votes.add(A, view(List.of(A), A));
    votes.add(B, view(List.of(A, B), A));
    assertThat(votes.leader()).isEmpty();
  }
}
