package dev.foldline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What is called over HTTP, in a process of its own. */
final class HttpProcess implements AutoCloseable {

  /** Any will do: nothing here is secret. */
  private static final String KEYS =
      "bench:"
          + Base64.getEncoder().encodeToString("a key of 32 bytes, to be measured".getBytes(UTF_8));

  /** What production mode asks for: as properties they would be refused by builds before them. */
  static final Map<String, String> IN_PRODUCTION =
      Map.of("FOLDLINE_IDEMPOTENCY_KEYS", KEYS, "FOLDLINE_CALLERS", "anyone");

  private final Process process;
  private final int port;

  private HttpProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * The bank's functions, and those that are measured beside them.
   *
   * @param settings as {@code name=value}
   */
  static HttpProcess functions(String connectionString, int redisPort, List<String> settings)
      throws IOException {
    return functions("infra/bench/functions", connectionString, redisPort, settings);
  }

  /** Those of some application, which is packaged in a module. */
  static HttpProcess functions(
      String module, String connectionString, int redisPort, List<String> settings)
      throws IOException {
    List<String> all = new ArrayList<>(settings);
    all.add("foldline.eventstoredb.connection-string=" + connectionString);
    all.add("quarkus.redis.hosts=redis://127.0.0.1:" + redisPort);
    return application(module, all);
  }

  /** What is packaged in a module. */
  static HttpProcess application(String module, List<String> settings) throws IOException {
    int port = freePort();
    List<String> arguments = new ArrayList<>();
    arguments.add("-Dquarkus.http.host=127.0.0.1");
    arguments.add("-Dquarkus.http.port=" + port);
    settings.forEach(setting -> arguments.add("-D" + setting));
    Path jar = StoreProcess.MEASURED.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    arguments.addAll(List.of("-jar", jar.toString()));
    return start(port, arguments);
  }

  /** What functions are compared with: {@link PlainServer}. */
  static HttpProcess plain(String connectionString) throws IOException {
    int port = freePort();
    return start(
        port,
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            PlainServer.class.getName(),
            Integer.toString(port),
            connectionString));
  }

  private static HttpProcess start(int port, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(IN_PRODUCTION);
    return new HttpProcess(builder.start(), port);
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  /** What it used of the processors so far. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    StoreProcess.end(process);
  }
}
