package dev.foldline.eventstoredb.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Notices when one of the files changes by which the application says who it is, or whom it trusts.
 * What they hold counts, and not when they were written: what mounts them may put links in their
 * place.
 */
final class AccessFiles implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(EventStore.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final List<Path> files;
  private final Runnable changed;
  private final @Nullable Thread watcher;
  private List<ByteBuffer> known;
  private String told = "";

  /**
   * @param changed what is to be done then; done again until it does not throw
   */
  AccessFiles(List<Path> files, Runnable changed) {
    this.files = files;
    this.changed = changed;
    this.known = files.stream().map(AccessFiles::content).toList();
    this.watcher =
        files.isEmpty() ? null : Thread.ofVirtual().name("foldline-files").start(this::watch);
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(PAUSE);
        look();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      List<ByteBuffer> now = files.stream().map(AccessFiles::content).toList();
      if (!now.equals(known)) {
        changed.run();
        known = now;
        told = "";
        LOG.infof("%s changed: the event store is reached with what they hold now", files);
      }
    } catch (UncheckedIOException | IllegalArgumentException e) {
      tell(String.valueOf(e.getMessage()));
    }
  }

  /** A file that is being written may be of no use for a moment. */
  private void tell(String problem) {
    if (!problem.equals(told)) {
      told = problem;
      LOG.warnf("what %s hold now is not used: %s", files, problem);
    }
  }

  private static ByteBuffer content(Path file) {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (watcher != null) {
      watcher.interrupt();
    }
  }
}
