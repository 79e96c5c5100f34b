package dev.foldline.redis;

import dev.foldline.testing.Cable;
import dev.foldline.testing.Ports;
import dev.foldline.testing.RedisProcess;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A Redis Cluster on this machine, of masters alone, each behind a cable for its clients. */
final class RealCluster implements AutoCloseable {

  private static final int SLOTS = 16_384;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** A node, and its port for the other nodes. */
  private record Node(RedisProcess process, int bus, Redis client, Cable cable) {

    String send(String... command) {
      Request request = Request.cmd(Command.create(command[0]));
      for (int i = 1; i < command.length; i++) {
        request.arg(command[i]);
      }
      return String.valueOf(client.send(request).await().atMost(LIMIT));
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final List<Node> nodes = new ArrayList<>();
  private final Redis client;

  /** Starts one, and waits until its nodes know of each other. */
  RealCluster(int size) {
    for (int i = 0; i < size; i++) {
      Node node = start();
      nodes.add(node);
      node.send("CONFIG", "SET", "cluster-announce-port", Integer.toString(node.cable().port()));
      node.send(
          "CLUSTER",
          "ADDSLOTSRANGE",
          Integer.toString(SLOTS * i / size),
          Integer.toString(SLOTS * (i + 1) / size - 1));
      Node first = nodes.getFirst();
      node.send(
          "CLUSTER",
          "MEET",
          "127.0.0.1",
          Integer.toString(first.process().port()),
          Integer.toString(first.bus()));
    }
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!nodes.stream().allMatch(RealCluster::isReady)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(nodes.getFirst().send("CLUSTER", "NODES"));
      }
    }
    client = Redis.createClient(vertx, options());
  }

  /** One that closes what hears nothing for a second, and asks each time who has which slots. */
  Redis impatientClient() {
    RedisOptions options = options().setHashSlotCacheTTL(1);
    options.getNetClientOptions().setReadIdleTimeout(1);
    return Redis.createClient(vertx, options);
  }

  private RedisOptions options() {
    RedisOptions options = new RedisOptions().setType(RedisClientType.CLUSTER);
    nodes.forEach(node -> options.addConnectionString("redis://127.0.0.1:" + node.cable().port()));
    return options;
  }

  /** The connections that its clients have pass nothing on any more. */
  void silence() {
    nodes.forEach(node -> node.cable().silence());
  }

  private Node start() {
    int bus = Ports.free();
    String directory;
    try {
      directory = Files.createTempDirectory(Path.of("target"), "cluster-").toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RedisProcess process =
        new RedisProcess(
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            Integer.toString(bus),
            "--dir",
            directory);
    return new Node(
        process, bus, Redis.createClient(vertx, process.url()), new Cable(process.port()));
  }

  /** It knows who has all slots, which it tells clients. */
  private static boolean isReady(Node node) {
    return node.send("CLUSTER", "INFO").contains("cluster_state:ok");
  }

  Redis client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    nodes.forEach(node -> node.client().close());
    nodes.forEach(node -> node.cable().close());
    nodes.forEach(node -> node.process().close());
    vertx.closeAndAwait();
  }
}
