package dev.foldline.embedded.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps every other store out of a directory, those of this process too, until it is closed. */
record DirectoryLock(Path directory, FileChannel file) implements AutoCloseable {

  /**
   * A process loses its lock of a file as soon as it closes any descriptor of it (POSIX): of one
   * that is locked here no other may be opened.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /**
   * @throws IllegalStateException if another store uses the directory
   */
  static DirectoryLock take(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!HELD.add(real)) {
      throw inUse(directory);
    }
    try {
      return new DirectoryLock(real, lock(real));
    } catch (IOException | RuntimeException e) {
      HELD.remove(real);
      throw e;
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel file =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = file.tryLock();
    } finally {
      if (lock == null) {
        file.close();
      }
    }
    if (lock == null) {
      throw inUse(directory);
    }
    return file;
  }

  private static IllegalStateException inUse(Path directory) {
    return new IllegalStateException(
        "The data directory " + directory + " is in use by another event store");
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      HELD.remove(directory);
    }
  }
}
