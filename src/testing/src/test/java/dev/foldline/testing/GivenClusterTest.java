package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another cluster stands for one that runs elsewhere, and elects its second node or its third. */
@DisplayName("A given cluster")
class GivenClusterTest {

  private final StoreCluster elsewhere = new InProcessCluster();

  @AfterEach
  void stop() {
    elsewhere.close();
  }

  private void act(String action, String address) {
    int node =
        IntStream.range(0, StoreCluster.SIZE)
            .filter(each -> elsewhere.address(each).equals(address))
            .findFirst()
            .orElseThrow();
    switch (action) {
      case "kill" -> {
        elsewhere.kill(node);
        electAfter(node);
      }
      case "silence" -> {
        elsewhere.silence(node);
        electAfter(node);
      }
      case "restart" -> elsewhere.restart(node);
      case "resume" -> {
        elsewhere.resume(node);
        elsewhere.tellWhoLeads(node);
      }
      default -> throw new IllegalArgumentException(action);
    }
  }

  private void electAfter(int node) {
    if (elsewhere.leader() == node) {
      elsewhere.elect((node + 1) % StoreCluster.SIZE);
    }
  }

  private StoreCluster given() {
    return new GivenCluster(elsewhere.connectionString(), this::act);
  }

  @Test
  void is_reached_as_it_says_and_its_leader_comes_first() {
    elsewhere.elect(2);
    try (StoreCluster cluster = given()) {
      assertThat(cluster.connectionString(0)).isEqualTo(elsewhere.connectionString(2));
      assertThat(cluster.discover(1)).isEqualTo(elsewhere.discover(0));
      assertThat(cluster.port(2)).isEqualTo(elsewhere.port(1));
      assertThat(cluster.leader()).isZero();
    }
  }

  @Test
  void keeps_its_login_and_its_settings() {
    String string =
        elsewhere.connectionString().replace("://", "://admin:changeit@")
            + "&keepAliveInterval=5000";
    try (StoreCluster cluster = new GivenCluster(string, this::act)) {
      assertThat(cluster.connectionString()).isEqualTo(string);
    }
  }

  @Test
  void has_whom_its_nodes_elect() {
    try (StoreCluster cluster = given()) {
      cluster.silence(0);
      cluster.elect(2);
      assertThat(cluster.leader()).isEqualTo(1);
      cluster.resume(0);
      cluster.tellWhoLeads(0);
      cluster.kill(1);
      cluster.elect(0);
      assertThat(cluster.leader()).isEqualTo(2);
      cluster.restart(1);
    }
  }

  @Test
  void runs_as_before_when_a_test_is_over() {
    try (StoreCluster cluster = given()) {
      cluster.silence(0);
      cluster.kill(2);
    }
    try (NodeClient first = NodeClient.requiresLeader(elsewhere.port(0));
        NodeClient third = NodeClient.requiresLeader(elsewhere.port(2))) {
      assertThat(first.gossip().getMembersList()).hasSize(3);
      assertThat(third.gossip().getMembersList()).hasSize(3);
    }
  }

  @Test
  void is_acted_upon_by_a_program(@TempDir Path directory) throws Exception {
    Path done = directory.resolve("done");
    Path program =
        Files.writeString(
            directory.resolve("control"), "#!/bin/sh\n[ $1 = kill ] && echo $* >> " + done + "\n");
    Files.setPosixFilePermissions(program, Set.of(PosixFilePermission.values()));
    GivenCluster.Control control = GivenCluster.Control.by(program);

    control.act("kill", "node:2113");

    assertThat(Files.readAllLines(done)).isEqualTo(List.of("kill node:2113"));
    assertThatThrownBy(() -> control.act("resume", "node:2113"))
        .hasMessage(program + " did not resume node:2113");
  }

  @Test
  void must_name_all_nodes_without_tls() {
    for (String string : List.of("esdb://a:1,b:2?tls=false", "esdb://a:1,b:2,c:3", "nonsense")) {
      assertThatThrownBy(() -> new GivenCluster(string, this::act))
          .hasMessage(string + " must name 3 nodes, and say tls=false");
    }
  }
}
