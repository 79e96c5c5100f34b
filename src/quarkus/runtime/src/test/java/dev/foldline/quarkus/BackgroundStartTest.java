package dev.foldline.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What nobody has called for")
class BackgroundStartTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();
  private final BackgroundStart background = new BackgroundStart();

  @AfterEach
  void close() {
    await(vertx.close().toCompletionStage().toCompletableFuture());
  }

  private static <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  @Test
  void begins_after_the_first_answer_and_not_before() throws Exception {
    Router router = Router.router(vertx);
    background.awaitAnswer(router);
    CompletableFuture<Boolean> begunBefore = new CompletableFuture<>();
    router
        .route()
        .handler(
            call -> {
              begunBefore.complete(background.time().subscribeAsCompletionStage().isDone());
              call.end();
            });
    HttpServer server =
        await(
            vertx
                .createHttpServer()
                .requestHandler(router)
                .listen(0, "localhost")
                .toCompletionStage()
                .toCompletableFuture());

    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://localhost:" + server.actualPort() + "/");
      http.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.discarding());
    }

    assertThat(await(begunBefore)).isFalse();
    background.time().await().atMost(PATIENCE);
  }

  @Test
  void begins_for_others_though_one_does_not_wait_any_more() {
    background.time().subscribe().with(_ -> {}).cancel();

    background.unlessCalled(new StartupEvent(), vertx);
    background.time().await().atMost(PATIENCE);
  }

  @Test
  void begins_by_itself_where_nobody_calls() {
    background.unlessCalled(new StartupEvent(), vertx);

    background.time().await().atMost(PATIENCE);
  }
}
