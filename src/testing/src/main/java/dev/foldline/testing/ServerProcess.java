package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, to be stopped, killed, hung and started again. */
final class ServerProcess implements AutoCloseable {

  private static final int SECONDS = 60;

  private final List<String> command;
  private final String ready;
  private volatile Process process;

  /**
   * Starts it, and waits until it can be used.
   *
   * @param ready what a line of its output holds that says so
   */
  ServerProcess(List<String> command, String ready) {
    this.command = command;
    this.ready = ready;
    this.process = launch();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
  }

  void start() {
    process = launch();
  }

  private Process launch() {
    try {
      Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
      CompletableFuture<Void> isReady = new CompletableFuture<>();
      // Reading from a process holds its carrier: two virtual threads would take both of two cores.
      Thread.ofPlatform().daemon().start(() -> listen(started, isReady));
      isReady
          .orTimeout(SECONDS, TimeUnit.SECONDS)
          .whenComplete(
              (_, failure) -> {
                if (failure != null) {
                  started.destroyForcibly();
                }
              })
          .join();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Until it ends, since it would wait for someone to hear it. */
  private void listen(Process process, CompletableFuture<Void> isReady) {
    StringBuilder said = new StringBuilder();
    try (BufferedReader output = process.inputReader(UTF_8)) {
      String line = output.readLine();
      while (line != null) {
        if (line.contains(ready)) {
          isReady.complete(null);
        } else if (!isReady.isDone()) {
          said.append(line).append('\n');
        }
        line = output.readLine();
      }
      isReady.completeExceptionally(
          new IllegalStateException(command.getFirst() + " ended:\n" + said));
    } catch (IOException e) {
      isReady.completeExceptionally(e);
    }
  }

  /** Ends it as its operator does. */
  void stop() {
    process.destroy();
    awaitEnd();
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  private void awaitEnd() {
    process.onExit().orTimeout(SECONDS, TimeUnit.SECONDS).join();
  }

  /** Has it hang, its connections open, while something is done. */
  void hangWhile(Runnable action) {
    Hang.during(process, action);
  }

  @Override
  public void close() {
    kill();
  }
}
