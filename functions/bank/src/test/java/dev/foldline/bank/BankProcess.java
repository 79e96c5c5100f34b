package dev.foldline.bank;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The bank as it is deployed: the packaged application in a process of its own, by its launcher,
 * with the small heap of the profile fast-start.
 */
final class BankProcess implements AutoCloseable {

  /** Where it is packaged. */
  static final Path APPLICATION = Path.of("target", "quarkus-app").toAbsolutePath();

  private static final Duration START = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;
  private final int port;
  private final BankClient client;

  private BankProcess(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
    this.client = new BankClient(URI.create("http://localhost:" + port + "/"));
  }

  /** Starts it in production mode and waits until it is ready. */
  static BankProcess start(Map<String, String> properties) {
    return start(properties, Map.of());
  }

  /** The same, in an environment that has some variables more. */
  static BankProcess start(Map<String, String> properties, Map<String, String> environment) {
    return start(APPLICATION, properties, environment);
  }

  /** The same, from another directory. */
  static BankProcess start(
      Path application, Map<String, String> properties, Map<String, String> environment) {
    BankProcess bank = launch(application, withKeys(properties), environment);
    bank.awaitReady();
    return bank;
  }

  void awaitReady() {
    await()
        .atMost(START)
        .ignoreException(UncheckedIOException.class)
        .failFast(() -> assertThat(process.isAlive()).as(this::output).isTrue())
        .until(() -> client.get("q/health/ready").status() == 200);
  }

  /** A group's name without the number of the state's shape, which that of a process has. */
  static String withoutShape(String group) {
    return group.replaceAll("(:process-.*)-v[0-9]+$", "$1");
  }

  /** The properties, and the keys that production mode asks for. */
  static Map<String, String> withKeys(Map<String, String> properties) {
    Map<String, String> all = new HashMap<>(properties);
    all.put("foldline.idempotency.keys", "test:MDEyMzQ1Njc4OWFiY2RlZg==");
    return all;
  }

  /** Starts it in production mode. */
  static BankProcess launch(Map<String, String> properties) {
    return launch(APPLICATION, properties, Map.of());
  }

  private static BankProcess launch(
      Path application, Map<String, String> properties, Map<String, String> environment) {
    int port = Ports.free();
    List<String> command = new ArrayList<>();
    command.add(application.resolve("run").toString());
    command.add("fast-start");
    command.add("-Dquarkus.http.port=" + port);
    properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
    try {
      Path log = Files.createTempFile(Path.of("target"), "bank-", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().putAll(environment);
      return new BankProcess(builder.start(), log, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  BankClient client() {
    return client;
  }

  int port() {
    return port;
  }

  Process process() {
    return process;
  }

  String output() {
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

  @Override
  public void close() {
    kill();
  }
}
