package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * AWS Lambda's runtime API for one instance of a function, and what it takes to start that as the
 * managed Java runtime does. An instance has one invocation at a time; the others wait.
 *
 * <p>Needs {@code com.amazonaws:aws-lambda-java-runtime-interface-client} in the tests that use it.
 * Safe for use by many threads.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">The runtime API</a>
 */
public final class LambdaRuntime implements AutoCloseable {

  /** What the managed runtime is told to call, as Quarkus has it. */
  private static final String HANDLER =
      "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest";

  private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
  private static final Pattern OF_CLIENT =
      Pattern.compile(".*/(aws-lambda-java-(runtime-.*|core|serialization)|utils-lite)-[0-9].*");
  private static final String API = "/2018-06-01/runtime/";
  private static final String REQUEST_ID = "Lambda-Runtime-Aws-Request-Id";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final BlockingQueue<Invocation> waiting = new LinkedBlockingQueue<>();
  private final ConcurrentMap<String, Invocation> begun = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Thread> asking = new AtomicReference<>();
  private final Path function;
  private final HttpServer server;

  private record Invocation(String id, String event, CompletableFuture<String> answer) {}

  /** An invocation that its function failed, or that was not answered in a minute. */
  public static final class FunctionFailed extends RuntimeException {

    FunctionFailed(String error) {
      super(error);
    }
  }

  /**
   * Unpacks a function under {@code target}, as AWS does under {@code /var/task}.
   *
   * @param zip its function.zip
   */
  LambdaRuntime(Path zip) {
    function = unpack(zip);
    server = LoopbackHttp.serve(0);
    server.createContext(API + "invocation/next", this::next);
    server.createContext(API, this::answered);
    server.start();
  }

  private static Path unpack(Path zip) {
    try (ZipFile entries = new ZipFile(zip.toFile())) {
      Path function = Files.createTempDirectory(Path.of("target"), "function-").toAbsolutePath();
      for (ZipEntry entry : Collections.list(entries.entries())) {
        Path file = function.resolve(entry.getName()).normalize();
        if (!file.startsWith(function)) {
          throw new IOException(entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(file);
          continue;
        }
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        try (InputStream bytes = entries.getInputStream(entry)) {
          Files.copy(bytes, file);
        }
      }
      return function;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The java that runs it, the client's own classes apart from the function's. */
  List<String> command(List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(options);
    String classPath =
        Pattern.compile(File.pathSeparator)
            .splitAsStream(System.getProperty("java.class.path"))
            .filter(entry -> OF_CLIENT.matcher(entry).matches())
            .collect(Collectors.joining(File.pathSeparator));
    command.addAll(List.of("-cp", classPath, CLIENT, HANDLER));
    return command;
  }

  /** Where it is unpacked, which is the directory that the runtime starts it in. */
  Path function() {
    return function;
  }

  /** What the runtime's environment says of it. */
  Map<String, String> environment() {
    return Map.of(
        "AWS_LAMBDA_RUNTIME_API",
        "127.0.0.1:" + server.getAddress().getPort(),
        "AWS_LAMBDA_FUNCTION_NAME",
        "function-in-a-box",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "512",
        "AWS_REGION",
        "eu-central-1",
        "LAMBDA_TASK_ROOT",
        function.toString());
  }

  /**
   * Invokes the function, and waits for its answer.
   *
   * @return the answer's JSON
   * @throws FunctionFailed if there is none in a minute, or an error
   */
  public String invoke(String event) {
    Invocation invocation =
        new Invocation(UUID.randomUUID().toString(), event, new CompletableFuture<>());
    waiting.add(invocation);
    try {
      return invocation.answer().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException _) {
      throw new FunctionFailed("no answer within " + LIMIT);
    } catch (ExecutionException e) {
      throw new FunctionFailed(String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      waiting.remove(invocation);
      begun.remove(invocation.id());
    }
  }

  /** Who asks anew has been started anew: whoever asked before gets nothing more. */
  private void next(HttpExchange call) throws IOException {
    Thread here = Thread.currentThread();
    Thread before = asking.getAndSet(here);
    if (before != null) {
      before.interrupt();
    }
    try (call) {
      Invocation invocation = waiting.take();
      asking.compareAndSet(here, null);
      begun.put(invocation.id(), invocation);
      Headers headers = call.getResponseHeaders();
      headers.set(REQUEST_ID, invocation.id());
      headers.set("Lambda-Runtime-Deadline-Ms", "" + Instant.now().plus(LIMIT).toEpochMilli());
      headers.set(
          "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:1:function:f");
      headers.set("Content-Type", "application/json");
      LoopbackHttp.send(call, 200, invocation.event().getBytes(UTF_8));
    } catch (InterruptedException _) {
      // somebody else asks by now
    }
  }

  /** What became of an invocation, or of the start. */
  private void answered(HttpExchange call) throws IOException {
    try (call) {
      String body = new String(call.getRequestBody().readAllBytes(), UTF_8);
      String[] path = call.getRequestURI().getPath().substring(API.length()).split("/", -1);
      String what = path[path.length - 1];
      Invocation invocation = path.length == 3 ? begun.remove(path[1]) : null;
      if (invocation != null && what.equals("response")) {
        invocation.answer().complete(body);
      } else if (what.equals("error")) {
        FunctionFailed failed = new FunctionFailed(body);
        (invocation == null ? List.copyOf(waiting) : List.of(invocation))
            .forEach(each -> each.answer().completeExceptionally(failed));
      }
      LoopbackHttp.send(call, 202, new byte[0]);
    }
  }

  /** Its process has ended by now: what was unpacked is deleted. */
  @Override
  public void close() {
    server.stop(0);
    try (Stream<Path> files = Files.walk(function)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
