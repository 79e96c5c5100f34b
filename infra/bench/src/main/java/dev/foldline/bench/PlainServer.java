package dev.foldline.bench;

import dev.foldline.core.Appended;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.StoreAddress;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The ceiling of a command: a plain Vert.x server that appends an event for each POST, by
 * Foldline's connection on the event loop that the request came on. There is no function and no
 * decider, and nothing is checked.
 */
final class PlainServer {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final EventStore store;

  /** The revision that a stream has once all that is on its way to it is done. */
  private final Map<String, CompletableFuture<Long>> revisions = new ConcurrentHashMap<>();

  private PlainServer(EventStore store) {
    this.store = store;
  }

  /** Listens on the port, the first argument; the second one is the store's connection string. */
  public static void main(String[] args) {
    Logs.atInfo();
    int port = Integer.parseInt(args[0]);
    Vertx vertx = Vertx.vertx();
    StoreAddress address = StoreAddress.of(args[1]);
    PlainServer server = new PlainServer(new EventStore(address, TIMEOUT, vertx));
    var onEachLoop =
        new DeploymentOptions().setInstances(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE);
    vertx
        .deployVerticle(() -> server.new Listener(port), onEachLoop)
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
        .join();
  }

  private final class Listener extends AbstractVerticle {

    private final int port;

    Listener(int port) {
      this.port = port;
    }

    @Override
    public void start(Promise<Void> started) {
      vertx
          .createHttpServer()
          .requestHandler(PlainServer.this::handle)
          .listen(port, "127.0.0.1")
          .<Void>mapEmpty()
          .onComplete(started);
    }
  }

  private void handle(HttpServerRequest request) {
    request
        .body()
        .onSuccess(body -> deposit(body.toJsonObject(), request.response()))
        .onFailure(_ -> request.response().setStatusCode(400).end());
  }

  private void deposit(JsonObject command, HttpServerResponse response) {
    String stream = "account-" + command.getString("account");
    Buffer data = new JsonObject().put("cents", command.getLong("cents")).toBuffer();
    CompletableFuture<?> _ =
        append(stream, data)
            .whenComplete(
                (revision, failure) -> {
                  if (failure == null) {
                    response
                        .putHeader("content-type", "application/json")
                        .end(
                            new JsonObject()
                                .put("stream", stream)
                                .put("revision", revision)
                                .toBuffer());
                  } else {
                    response.setStatusCode(500).end(failure.toString());
                  }
                });
  }

  private CompletableFuture<Long> append(String stream, Buffer data) {
    StoredEvent event =
        new StoredEvent(UUID.randomUUID(), "account-deposited", data.getBytes(), new byte[0]);
    return revisions.compute(
        stream,
        (_, known) ->
            (known == null ? revision(stream) : known)
                .thenCompose(
                    revision ->
                        store
                            .streams()
                            .append(stream, revision, List.of(event))
                            .thenApply(Appended::revision)));
  }

  /** Of a stream that was not appended to yet. */
  private CompletableFuture<Long> revision(String stream) {
    return store
        .last(stream)
        .map(last -> last.map(Recorded::revision).orElse(-1L))
        .subscribeAsCompletionStage();
  }
}
