package dev.foldline.bank;

import dev.foldline.testing.ApplicationProcess;
import dev.foldline.testing.LambdaRuntime;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The bank as it is deployed: the packaged application in a process of its own, by its launcher,
 * with the small heap of the profile fast-start.
 */
final class BankProcess implements AutoCloseable {

  /** Where it is packaged; elsewhere for those who have packaged it otherwise. */
  static final Path APPLICATION =
      Path.of(System.getProperty("bank.application", "target/quarkus-app")).toAbsolutePath();

  private final ApplicationProcess process;
  private final BankClient client;

  private BankProcess(ApplicationProcess process) {
    this.process = process;
    this.client = new BankClient(process.url());
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
    BankProcess bank = launch(application, inProduction(properties), environment);
    bank.awaitReady();
    return bank;
  }

  void awaitReady() {
    process.awaitReady("q/health/ready");
  }

  /** A group's name without the number of the state's shape, which that of a process has. */
  static String withoutShape(String group) {
    return group.replaceAll("(:process-.*)-v[0-9]+$", "$1");
  }

  /** The properties, and those that production mode asks for. */
  static Map<String, String> inProduction(Map<String, String> properties) {
    Map<String, String> all = new HashMap<>(properties);
    all.put("foldline.idempotency.keys", "test:MDEyMzQ1Njc4OWFiY2RlZg==");
    all.put("foldline.callers", "anyone");
    return all;
  }

  /** Starts it in production mode. */
  static BankProcess launch(Map<String, String> properties) {
    return launch(properties, Map.of());
  }

  /** The same, in an environment that has some variables more. */
  static BankProcess launch(Map<String, String> properties, Map<String, String> environment) {
    return launch(APPLICATION, properties, environment);
  }

  private static BankProcess launch(
      Path application, Map<String, String> properties, Map<String, String> environment) {
    return new BankProcess(new ApplicationProcess(application, List.of(), properties, environment));
  }

  BankClient client() {
    return client;
  }

  URI url() {
    return process.url();
  }

  int port() {
    return url().getPort();
  }

  /** Whoever invokes it, where it is packaged for Lambda. */
  LambdaRuntime lambda() {
    return process.lambda().orElseThrow();
  }

  Process process() {
    return process.process();
  }

  String output() {
    return process.output();
  }

  /** Ends it as its platform does; its exit value. */
  int end(Duration limit) {
    return process.end(limit);
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
  }
}
