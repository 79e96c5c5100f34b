package dev.foldline.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A platform in a box that scales to zero, as Knative does: it starts the packaged application when
 * the first request comes, sends requests to its instances in turn, adds some, and stops or kills
 * them. A request that finds no instance waits for one; one whose instance is killed is a 502. Safe
 * for use by many threads.
 */
public final class Activator implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int BAD_GATEWAY = 502;

  /** What Java's client sets by itself. */
  private static final Set<String> ITS_OWN =
      Set.of("host", "connection", "content-length", "upgrade", "http2-settings");

  private final Supplier<ApplicationProcess> application;
  private final String ready;
  private final List<ApplicationProcess> instances = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpServer server = LoopbackHttp.serve(0);
  private volatile int started;

  /**
   * One that listens, and has no instance yet.
   *
   * @param application starts an instance
   * @param ready the path that answers 200 once it takes requests
   */
  public Activator(Supplier<ApplicationProcess> application, String ready) {
    this.application = application;
    this.ready = ready;
    server.createContext("/", this::forward);
    server.start();
  }

  /** Where its application is, for whoever calls it. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  /** How many instances were started so far. */
  public int started() {
    return started;
  }

  /** Starts one more. */
  public synchronized void add() {
    ApplicationProcess instance = application.get();
    started++;
    instance.awaitReady(ready);
    instances.add(instance);
  }

  /** Sends nothing more to one, if there is one, and has it end what it was asked, and then end. */
  public void stop() {
    @Nullable ApplicationProcess instance = remove();
    if (instance != null) {
      instance.end(LIMIT);
    }
  }

  /** Kills one, if there is one, whatever it does. */
  public void kill() {
    @Nullable ApplicationProcess instance = remove();
    if (instance != null) {
      instance.kill();
    }
  }

  private synchronized @Nullable ApplicationProcess remove() {
    return instances.isEmpty() ? null : instances.removeFirst();
  }

  private synchronized URI instance() {
    if (instances.isEmpty()) {
      add();
    }
    return instances.get(Math.floorMod(turn.getAndIncrement(), instances.size())).url();
  }

  private void forward(HttpExchange call) throws IOException {
    try (call) {
      byte[] body = call.getRequestBody().readAllBytes();
      HttpRequest.Builder request =
          HttpRequest.newBuilder(instance().resolve(call.getRequestURI().toString()))
              .timeout(LIMIT)
              .method(call.getRequestMethod(), BodyPublishers.ofByteArray(body));
      call.getRequestHeaders()
          .forEach(
              (name, values) -> {
                if (!ITS_OWN.contains(name.toLowerCase(Locale.ROOT))) {
                  values.forEach(value -> request.header(name, value));
                }
              });
      answer(call, request.build());
    }
  }

  private void answer(HttpExchange call, HttpRequest request) throws IOException {
    try {
      HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!ITS_OWN.contains(name)) {
                  values.forEach(value -> call.getResponseHeaders().add(name, value));
                }
              });
      LoopbackHttp.send(call, answer.statusCode(), answer.body());
    } catch (IOException _) {
      LoopbackHttp.send(call, BAD_GATEWAY, new byte[0]);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    http.shutdownNow();
    List<ApplicationProcess> left;
    synchronized (this) {
      left = List.copyOf(instances);
    }
    left.forEach(ApplicationProcess::close);
  }
}
