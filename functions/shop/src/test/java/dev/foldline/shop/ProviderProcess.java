package dev.foldline.shop;

import static org.awaitility.Awaitility.await;

import dev.foldline.testing.Ports;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The payment provider as it is packaged, in a process of its own. */
public final class ProviderProcess implements QuarkusTestResourceLifecycleManager {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path JAR =
      Path.of("..", "provider", "target", "quarkus-app", "quarkus-run.jar").toAbsolutePath();

  private @Nullable Process process;

  @Override
  public Map<String, String> start() {
    int port = Ports.free();
    try {
      Path ledger = Files.createTempDirectory(Path.of("target"), "provider-").resolve("ledger");
      process =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-Xmx64m",
                      "-Dquarkus.http.host=127.0.0.1",
                      "-Dquarkus.http.port=" + port,
                      "-Dprovider.ledger=" + ledger.toAbsolutePath(),
                      "-jar",
                      JAR.toString()))
              .redirectErrorStream(true)
              .redirectOutput(ledger.resolveSibling("log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    URI url = URI.create("http://127.0.0.1:" + port);
    await().atMost(LIMIT).ignoreExceptions().until(() -> status(url.resolve("/charges")) == 200);
    return Map.of("shop.provider.url", url.toString());
  }

  private static int status(URI url) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.discarding()).statusCode();
    }
  }

  @Override
  public void stop() {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
