package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What nodes say of who leads. It is whom more than half of the members name; one that was cut off,
 * and thinks that it still leads, is alone with that.
 */
final class Votes {

  private final Set<Endpoint> known;
  private final Map<Endpoint, ClusterInfo> views = new HashMap<>();

  /**
   * @param known the members that gossip named last; none if it was never asked
   */
  Votes(Set<Endpoint> known) {
    this.known = known;
  }

  /** A node names the members, and how it sees them. */
  void add(Endpoint node, ClusterInfo view) {
    views.put(node, view);
  }

  /** All who were named as members. */
  Set<Endpoint> named() {
    return views.values().stream()
        .flatMap(view -> view.getMembersList().stream())
        .map(Votes::endpoint)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Who leads; empty while no majority agrees. */
  Optional<Endpoint> leader() {
    Set<Endpoint> members = members();
    if (members.size() == 1 && named().size() == 1) {
      return views.values().stream().flatMap(view -> leader(view).stream()).findFirst();
    }
    Map<Endpoint, Integer> votes = new HashMap<>();
    views.forEach(
        (node, view) -> {
          if (members.contains(node)) {
            leader(view).ifPresent(leader -> votes.merge(leader, 1, Integer::sum));
          }
        });
    return votes.entrySet().stream()
        .filter(each -> 2 * each.getValue() > members.size())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Without those who say nothing, and are dead to all who do: gossip remembers them for long. */
  private Set<Endpoint> members() {
    Set<Endpoint> members = new LinkedHashSet<>(known.isEmpty() ? named() : known);
    members.removeIf(
        member ->
            !views.containsKey(member)
                && views.size() > 1
                && views.values().stream().allMatch(view -> isDead(member, view)));
    return members;
  }

  private static boolean isDead(Endpoint member, ClusterInfo view) {
    return view.getMembersList().stream()
        .anyMatch(each -> !each.getIsAlive() && endpoint(each).equals(member));
  }

  private static Optional<Endpoint> leader(ClusterInfo view) {
    return view.getMembersList().stream()
        .filter(member -> member.getIsAlive() && member.getState() == VNodeState.Leader)
        .map(Votes::endpoint)
        .findFirst();
  }

  private static Endpoint endpoint(MemberInfo member) {
    return new Endpoint(member.getHttpEndPoint().getAddress(), member.getHttpEndPoint().getPort());
  }
}
