package dev.foldline.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.testing.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A packaged application in a process of its own, on one port however often it is started. */
final class AppProcess implements AutoCloseable {

  /** The payment provider. */
  static final Path PROVIDER = Path.of("..", "provider", "target", "quarkus-app");

  /** The shop. */
  static final Path SHOP = Path.of("target", "quarkus-app");

  private static final Duration START = Duration.ofSeconds(60);

  private final Path application;
  private final Map<String, String> properties;
  private final String ready;
  private final int port = Ports.free();
  private final Path log;
  private Process process;

  /**
   * Starts it in production mode.
   *
   * @param ready what is answered with 200 once it is
   */
  AppProcess(Path application, Map<String, String> properties, String ready) {
    this.application = application;
    this.properties = properties;
    this.ready = ready;
    try {
      this.log = Files.createTempFile(Path.of("target"), "app-", ".log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.process = launch();
  }

  private Process launch() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Dquarkus.http.host=127.0.0.1");
    command.add("-Dquarkus.http.port=" + port);
    properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-jar");
    command.add(application.resolve("quarkus-run.jar").toAbsolutePath().toString());
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady() {
    try (HttpCalls http = new HttpCalls(url())) {
      await()
          .atMost(START)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .failFast(() -> assertThat(process.isAlive()).as(this::output).isTrue())
          .until(() -> http.get(ready).status() == 200);
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  Process process() {
    return process;
  }

  private String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }

  void restart() {
    kill();
    process = launch();
  }

  @Override
  public void close() {
    kill();
  }
}
