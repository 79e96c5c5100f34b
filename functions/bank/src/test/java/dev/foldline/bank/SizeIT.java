package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The packaged bank")
class SizeIT {

  /** One a line, without versions: who adds one adds it here, and knows what it is for. */
  private static final Path KNOWN = Path.of("src/test/resources/jars.txt");

  private static final long MOST_BYTES = 45_000_000;

  @Test
  void is_made_of_these_jars_and_no_others() throws IOException {
    List<String> jars = jars().stream().map(SizeIT::nameWithoutVersion).sorted().toList();

    assertThat(jars).containsExactlyElementsOf(new TreeSet<>(Files.readAllLines(KNOWN)));
  }

  @Test
  void is_smaller_than_45_MB() throws IOException {
    assertThat(jars().stream().mapToLong(SizeIT::size).sum()).isLessThan(MOST_BYTES);
  }

  private static List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.walk(BankProcess.APPLICATION)) {
      return files.filter(file -> file.toString().endsWith(".jar")).toList();
    }
  }

  private static String nameWithoutVersion(Path jar) {
    return jar.getFileName().toString().replaceFirst("(-\\d[^/]*)?\\.jar$", "");
  }

  private static long size(Path jar) {
    try {
      return Files.size(jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
