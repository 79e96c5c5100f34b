package dev.foldline.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Posts to one server over connections that stay open, one call at a time on each. It costs next to
 * nothing beside the server, with which it shares the machine.
 */
final class HttpCalls implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> DONE =
      List.of("HTTP/1.1 200 ", "HTTP/1.1 202 ", "HTTP/1.1 204 ");

  private final Vertx vertx = Vertx.vertx();
  private final NetClient sockets =
      vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true));
  private final Context context = vertx.getOrCreateContext();
  private final int port;

  /** Used on the context alone. */
  private final Queue<Connection> free = new ArrayDeque<>();

  HttpCalls(int port) {
    this.port = port;
  }

  /**
   * Posts JSON; fails with any status but 200, 202 and 204.
   *
   * @param headers lines of the head
   */
  CompletionStage<?> post(String path, String body, String... headers) {
    Promise<Void> answer = Promise.promise();
    Buffer request =
        Buffer.buffer(
            """
            POST %s HTTP/1.1\r
            host: localhost\r
            content-type: application/json\r
            content-length: %d\r
            %s\r
            %s"""
                .formatted(path, body.length(), head(headers), body));
    context.runOnContext(_ -> send(request, answer));
    return answer.future().toCompletionStage();
  }

  private static String head(String... headers) {
    return Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining());
  }

  private void send(Buffer request, Promise<Void> answer) {
    Connection connection = free.poll();
    Future<Connection> ready =
        connection == null
            ? sockets.connect(port, "127.0.0.1").map(Connection::new)
            : Future.succeededFuture(connection);
    ready.onSuccess(open -> open.send(request, answer)).onFailure(answer::fail);
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  private final class Connection {

    private final NetSocket socket;
    private Buffer received = Buffer.buffer();
    private @Nullable Promise<Void> waiting;

    Connection(NetSocket socket) {
      this.socket = socket;
      socket.handler(this::received);
      socket.closeHandler(_ -> fail("the connection was closed"));
    }

    void send(Buffer request, Promise<Void> answer) {
      waiting = answer;
      socket.write(request);
    }

    private void received(Buffer more) {
      received.appendBuffer(more);
      String text = received.toString(StandardCharsets.ISO_8859_1);
      int head = text.indexOf("\r\n\r\n");
      if (head >= 0 && text.length() >= head + 4 + length(text.substring(0, head))) {
        received = Buffer.buffer();
        Promise<Void> answered = waiting;
        if (answered == null) {
          throw new IllegalStateException("an answer to nothing: " + text);
        }
        waiting = null;
        free.add(this);
        if (DONE.stream().anyMatch(text::startsWith)) {
          answered.complete();
        } else {
          answered.fail(text);
        }
      }
    }

    private static int length(String head) {
      String name = "content-length: ";
      int header = head.toLowerCase(Locale.ROOT).indexOf(name);
      if (header < 0) {
        return 0;
      }
      int from = header + name.length();
      int to = head.indexOf("\r\n", from);
      return Integer.parseInt(to < 0 ? head.substring(from) : head.substring(from, to));
    }

    private void fail(String why) {
      free.remove(this);
      if (waiting != null) {
        waiting.fail(why);
      }
    }
  }

  /** Waits until the server answers. */
  void awaitReady(String path, String body) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      CompletableFuture<?> answer = post(path, body).toCompletableFuture();
      try {
        answer.get(1, TimeUnit.SECONDS);
        return;
      } catch (ExecutionException | TimeoutException e) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("the functions did not start", e);
        }
        Thread.sleep(50);
      }
    }
  }
}
