package dev.foldline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory of a benchmark's own, which goes with all that is in it. */
final class TemporaryDirectory implements AutoCloseable {

  private final Path directory;

  TemporaryDirectory() throws IOException {
    directory = Files.createTempDirectory("foldline-bench");
  }

  /** What is below it by a name. */
  Path resolve(String name) {
    return directory.resolve(name);
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
