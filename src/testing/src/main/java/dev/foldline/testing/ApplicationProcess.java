package dev.foldline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A packaged Quarkus application in a process of its own and in production mode, to be called,
 * killed and paused: on one port of the loopback interface, however often it is started. What is
 * packaged for AWS Lambda is called by a {@link FunctionUrl}. What it says goes to a file under
 * {@code target}. For one thread.
 */
public final class ApplicationProcess implements AutoCloseable {

  private static final String HOST = "127.0.0.1";
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Path application;
  private final List<String> options;
  private final Map<String, String> properties;
  private final Map<String, String> environment;
  private final int port = Ports.free();
  private final @Nullable LambdaRuntime lambda;
  private final @Nullable FunctionUrl functionUrl;
  private final Path log;
  private Process process;

  /**
   * Starts it, by Foldline's launcher and in its profile {@code fast-start} where it has that.
   *
   * @param application its directory {@code quarkus-app}, or its {@code function.zip}
   * @param options of java, such as {@code -Xmx256m}
   * @param environment what is in it besides
   */
  public ApplicationProcess(
      Path application,
      List<String> options,
      Map<String, String> properties,
      Map<String, String> environment) {
    this.application = application.toAbsolutePath();
    this.options = List.copyOf(options);
    this.properties = Map.copyOf(properties);
    this.environment = Map.copyOf(environment);
    try {
      this.log = Files.createTempFile(Path.of("target"), "application-", ".log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.lambda = application.toString().endsWith(".zip") ? new LambdaRuntime(application) : null;
    this.functionUrl = lambda == null ? null : new FunctionUrl(port, lambda);
    this.process = launch();
  }

  private boolean isFoldlines() {
    return Files.exists(application.resolve("run"));
  }

  private List<String> command() {
    List<String> all = new ArrayList<>(options);
    properties.forEach((name, value) -> all.add("-D" + name + "=" + value));
    if (lambda != null) {
      return lambda.command(all);
    }
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>();
    command.addAll(
        isFoldlines()
            ? List.of(application.resolve("run").toString(), "fast-start")
            : List.of(java.toString(), "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-Dquarkus.http.host=" + HOST, "-Dquarkus.http.port=" + port));
    command.addAll(all);
    if (!isFoldlines()) {
      command.addAll(List.of("-jar", application.resolve("quarkus-run.jar").toString()));
    }
    return command;
  }

  private Process launch() {
    ProcessBuilder builder =
        new ProcessBuilder(command())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    if (lambda != null) {
      builder.directory(lambda.function().toFile());
      builder.environment().putAll(lambda.environment());
    }
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits until it answers a path with 200.
   *
   * @throws AssertionError with what it has said, if it ends before, or if that takes a minute; it
   *     is killed then
   */
  public void awaitReady(String path) {
    HttpRequest request = HttpRequest.newBuilder(url().resolve(path)).timeout(START).build();
    long end = System.nanoTime() + START.toNanos();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (!isReady(http, request)) {
        if (!process.isAlive() || System.nanoTime() > end) {
          kill();
          throw new AssertionError("%s is not ready: %s".formatted(application, output()));
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static boolean isReady(HttpClient http, HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException _) {
      return false; // it does not listen yet
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public URI url() {
    return URI.create("http://" + HOST + ":" + port + "/");
  }

  public Process process() {
    return process;
  }

  /** Whoever invokes it, if it is packaged for AWS Lambda. */
  public Optional<LambdaRuntime> lambda() {
    return Optional.ofNullable(lambda);
  }

  /** All that it said, whenever it was started. */
  public String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }

  /**
   * Ends it as its platform does, and waits until it has.
   *
   * @return its exit value
   * @throws java.util.concurrent.CompletionException if that takes longer than a limit
   */
  public int end(Duration limit) {
    process.destroy();
    process.onExit().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).join();
    return process.exitValue();
  }

  /** Kills it, and starts it again, as it was started before. */
  public void restart() {
    kill();
    process = launch();
  }

  @Override
  public void close() {
    kill();
    if (functionUrl != null && lambda != null) {
      functionUrl.close();
      lambda.close();
    }
  }
}
