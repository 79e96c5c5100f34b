package dev.foldline.bench;

import dev.foldline.testing.StoreCluster;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How long commands wait where another node comes to lead: from its election until the first one is
 * done, of an application that sends one at a time to three nodes in this process. For a cluster
 * that is given it prints how long no command was done, while its operator does what there is to
 * see.
 */
final class LeaderBenchmark {

  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final int ROUNDS = 5;
  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration WATCHED = Duration.ofMinutes(10);
  private static final Duration SHORTEST_GAP = Duration.ofMillis(100);

  /** What becomes of a leader. Real nodes take as long to elect another. */
  private enum Fault {
    KILLED("leader killed", Duration.ofMillis(1_300)),
    /** The node is back, and leads, until another one is elected at once. */
    RESTARTED("leader killed, and back when another is elected", Duration.ofMillis(1_300)),
    SILENT("leader falls silent", Duration.ofMillis(4_500));

    private final String what;
    private final Duration untilElection;

    Fault(String what, Duration untilElection) {
      this.what = what;
      this.untilElection = untilElection;
    }

    void happen(StoreCluster cluster, int leader) {
      switch (this) {
        case KILLED, RESTARTED -> cluster.kill(leader);
        case SILENT -> cluster.silence(leader);
      }
    }

    void beforeElection(StoreCluster cluster, int leader) {
      switch (this) {
        case RESTARTED -> cluster.restart(leader);
        case KILLED, SILENT -> {}
      }
    }

    void mend(StoreCluster cluster, int leader) {
      switch (this) {
        case KILLED -> cluster.restart(leader);
        case RESTARTED -> {}
        case SILENT -> {
          cluster.resume(leader);
          cluster.tellWhoLeads(leader);
        }
      }
    }
  }

  private LeaderBenchmark() {}

  /** Prints the table; or watches the cluster whose connection string is the argument. */
  public static void main(String[] args) throws Exception {
    Logs.atInfo();
    if (args.length == 0) {
      measure();
    } else {
      watch(args[0]);
    }
    System.exit(0);
  }

  private static void measure() throws Exception {
    try (StoreCluster cluster = StoreCluster.start();
        OneAtATime commands = new OneAtATime(cluster.connectionString())) {
      commands.sendUntilClosed();
      Thread.sleep(WARM_UP);
      System.out.printf(
          "%-50s %9s %9s%n", "from election to first command done, ms", "median", "worst");
      for (Fault fault : Fault.values()) {
        List<Double> millis = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
          millis.add(millis(fault, cluster, commands));
        }
        millis.sort(null);
        System.out.printf(
            "%-50s %9.1f %9.1f%n", fault.what, millis.get(ROUNDS / 2), millis.getLast());
      }
    }
  }

  private static double millis(Fault fault, StoreCluster cluster, OneAtATime commands)
      throws Exception {
    int leader = cluster.leader();
    await(commands.nextDone());
    fault.happen(cluster, leader);
    Thread.sleep(fault.untilElection);
    fault.beforeElection(cluster, leader);
    long election = System.nanoTime();
    cluster.elect((leader + 1) % StoreCluster.SIZE);
    long done = await(commands.nextDone());
    fault.mend(cluster, leader);
    Thread.sleep(BETWEEN);
    return (done - election) / 1e6;
  }

  private static long await(CompletableFuture<Long> done) throws Exception {
    return done.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private static void watch(String connectionString) {
    System.out.printf(
        "for %d minutes: when no command was done for %d ms and more%n",
        WATCHED.toMinutes(), SHORTEST_GAP.toMillis());
    try (OneAtATime commands = new OneAtATime(connectionString)) {
      long start = System.nanoTime();
      long last = start;
      while (System.nanoTime() - start < WATCHED.toNanos()) {
        if (commands.send()) {
          long now = System.nanoTime();
          if (now - last >= SHORTEST_GAP.toNanos()) {
            System.out.printf(
                "%s  %,8d ms%n",
                LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS),
                Duration.ofNanos(now - last).toMillis());
          }
          last = now;
        }
      }
    }
  }
}
