package dev.foldline.eventstoredb.subscriptions;

import static org.awaitility.Awaitility.await;

import dev.foldline.embedded.Main;
import dev.foldline.testing.Cable;
import dev.foldline.testing.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An event store in a process of its own, which can hang with its connections open. */
public final class StoreProcess implements AutoCloseable {

  private final int port = Ports.free();
  private final Process process;

  public StoreProcess(Path data) throws IOException {
    this.process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--port=" + port,
                "--no-projections",
                "--data=" + data)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    await().atMost(Duration.ofSeconds(60)).until(() -> Cable.isOpen(port));
  }

  public int port() {
    return port;
  }

  public void hang() throws Exception {
    signal("-STOP");
  }

  public void goOn() throws Exception {
    signal("-CONT");
  }

  private void signal(String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
    if (!kill.waitFor(20, TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw new IllegalStateException("no " + signal + " for " + process.pid());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
