package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.builditem.Startable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;
import redis.embedded.RedisServerBuilder;

/**
 * A redis-server on a free port of the loopback interface: durable where there is a directory for
 * its data.
 */
final class RedisService implements Startable {

  private final Optional<Path> data;
  private @Nullable RedisServer server;
  private int port;

  RedisService(Optional<Path> data) {
    this.data = data;
  }

  @Override
  public void start() {
    try {
      port = freePort();
      RedisServerBuilder builder =
          RedisServer.builder().port(port).setting("bind 127.0.0.1").setting("save \"\"");
      if (data.isPresent()) {
        Path directory = Files.createDirectories(data.get().resolve("redis"));
        endOrphan(directory.resolve("redis.pid"));
        builder
            .setting("dir " + directory)
            .setting("pidfile " + directory.resolve("redis.pid"))
            .setting("daemonize no")
            .setting("appendonly yes");
      }
      server = builder.build();
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException("could not start Redis", e);
    }
  }

  /** A Redis outlives a process that was killed, and goes on writing to the same directory. */
  private static void endOrphan(Path pidFile) throws IOException {
    if (Files.exists(pidFile)) {
      ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()))
          .filter(process -> process.info().command().orElse("").contains("redis"))
          .ifPresent(
              process -> {
                process.destroy();
                process.onExit().orTimeout(5, TimeUnit.SECONDS).join();
              });
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public String getConnectionInfo() {
    return "redis://localhost:" + port;
  }

  @Override
  public @Nullable String getContainerId() {
    return null;
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop();
    }
  }
}
