package dev.foldline.eventstoredb.connection;

import java.io.IOException;
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
  private List<ByteBuffer> known;
  private String told = "";
  private @Nullable Thread watcher;

  /** What they hold now is what counts as known. */
  AccessFiles(List<Path> files) {
    this.files = files;
    this.known = contents();
  }

  /**
   * Begins to look, now and then.
   *
   * @param changed what is to be done if they changed; done again until it does not throw
   */
  void watch(Runnable changed) {
    if (!files.isEmpty()) {
      watcher = Thread.ofVirtual().name("foldline-files").start(() -> lookAgain(changed));
    }
  }

  private void lookAgain(Runnable changed) {
    try {
      while (true) {
        Thread.sleep(PAUSE);
        look(changed);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Runnable changed) {
    try {
      List<ByteBuffer> now = contents();
      if (!now.equals(known)) {
        changed.run();
        known = now;
        told = "";
        LOG.infof("%s changed: the event store is reached with what they hold now", files);
      }
    } catch (RuntimeException e) {
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

  private List<ByteBuffer> contents() {
    return files.stream().map(AccessFiles::content).toList();
  }

  private static ByteBuffer content(Path file) {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IllegalArgumentException("it can't be read from " + file, e);
    }
  }

  @Override
  public void close() {
    if (watcher != null) {
      watcher.interrupt();
    }
  }
}
