package dev.foldline.testing;

import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Nodes elsewhere, which elect for themselves; a program acts upon their processes. */
final class GivenCluster extends StoreCluster {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration GOSSIP = Duration.ofSeconds(2);
  private static final long PAUSE_MS = 100;
  private static final Pattern STRING =
      Pattern.compile("esdb(?:[+]discover)?://(.*@)?([^?/]+)/?([?].*tls=false.*)");

  /** Acts upon the process of a node. */
  interface Control {

    void act(String action, String address);

    /** By a program that is called with both, and ends with 0 when it is done. */
    static Control by(Path program) {
      return (action, address) -> {
        try {
          Process process =
              new ProcessBuilder(program.toString(), action, address).inheritIO().start();
          if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException(program + " did not " + action + " " + address);
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException(e);
        }
      };
    }
  }

  private final Control control;
  private final String login;
  private final String settings;
  private final List<String> addresses;

  /** What brings those back that do not run as they should. */
  private final Map<Integer, String> amends = new HashMap<>();

  private int leader;

  /**
   * @param connectionString which names all nodes
   * @throws IllegalArgumentException if it does not, or has them asked by TLS
   */
  GivenCluster(String connectionString, Control control) {
    Matcher parts = STRING.matcher(connectionString);
    if (!parts.matches() || parts.group(2).split(",").length != SIZE) {
      throw new IllegalArgumentException(
          connectionString + " must name " + SIZE + " nodes, and say tls=false");
    }
    this.control = control;
    this.login = parts.group(1) == null ? "" : parts.group(1);
    this.settings = parts.group(3);
    this.addresses = new ArrayList<>(List.of(parts.group(2).split(",")));
    awaitLeader();
    String first = addresses.remove(leader);
    addresses.addFirst(first);
    leader = 0;
  }

  @Override
  String address(int node) {
    return addresses.get(node);
  }

  @Override
  String connectionString(String scheme, String to) {
    return scheme + "://" + login + to + settings;
  }

  @Override
  public boolean isConnected(int node) {
    return true;
  }

  @Override
  public synchronized int leader() {
    return leader;
  }

  @Override
  public synchronized void kill(int node) {
    amends.put(node, "restart");
    control.act("kill", address(node));
  }

  @Override
  public synchronized void restart(int node) {
    amend(node);
    awaitLeader();
  }

  @Override
  public synchronized void silence(int node) {
    amends.put(node, "resume");
    control.act("silence", address(node));
  }

  @Override
  public synchronized void resume(int node) {
    control.act("resume", address(node));
  }

  @Override
  public synchronized void elect(int node) {
    awaitLeader();
  }

  @Override
  public synchronized void tellWhoLeads(int node) {
    amends.remove(node);
    awaitLeader();
  }

  @Override
  public synchronized void close() {
    List<RuntimeException> failures = new ArrayList<>();
    for (int node : List.copyOf(amends.keySet())) {
      try {
        amend(node);
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    awaitLeader();
  }

  private void amend(int node) {
    control.act(String.valueOf(amends.remove(node)), address(node));
  }

  /** Waits until all nodes that run as they should name the same one of them. */
  private void awaitLeader() {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    Optional<String> found = agreed();
    while (found.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "the nodes of " + addresses + " agree on no leader: they name " + named());
      }
      pause();
      found = agreed();
    }
    leader = addresses.indexOf(found.get());
  }

  /** Whom those name that run as they should. */
  private List<Optional<String>> named() {
    return Stream.iterate(0, node -> node < SIZE, node -> node + 1)
        .filter(Predicate.not(amends::containsKey))
        .map(node -> named(address(node)))
        .distinct()
        .toList();
  }

  private Optional<String> agreed() {
    List<Optional<String>> named = named();
    return named.size() == 1
        ? named
            .getFirst()
            .filter(address -> addresses.contains(address))
            .filter(address -> !amends.containsKey(addresses.indexOf(address)))
        : Optional.empty();
  }

  /** The living leader that a node names; empty if it names none, or does not answer. */
  private static Optional<String> named(String address) {
    ManagedChannel channel = NettyChannelBuilder.forTarget(address).usePlaintext().build();
    try {
      return GossipGrpc.newBlockingStub(channel)
          .withDeadlineAfter(GOSSIP)
          .read(Empty.getDefaultInstance())
          .getMembersList()
          .stream()
          .filter(member -> member.getIsAlive() && member.getState() == VNodeState.Leader)
          .map(GivenCluster::address)
          .findFirst();
    } catch (StatusRuntimeException _) {
      return Optional.empty();
    } finally {
      channel.shutdownNow();
    }
  }

  private static String address(MemberInfo member) {
    return member.getHttpEndPoint().getAddress() + ":" + member.getHttpEndPoint().getPort();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
