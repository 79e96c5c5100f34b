package dev.foldline.reactions;

import dev.foldline.core.Activity;
import dev.foldline.core.Performs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Another system, which takes idempotency keys, and whose ledger is the judge: a file for each key,
 * so that processes can share it. At random it hangs, fails before or after it acted, or loses its
 * answer.
 */
final class Neighbour implements Performs<Neighbour.Letter, Neighbour.Sent> {

  record Letter(String transfer) {}

  record Sent(String number) {}

  static final Activity<Letter, Sent> LETTER = Activity.of("letter", Letter.class, Sent.class);

  private static final long FOR_EVER_MS = 3_600_000;

  private final Path ledger;
  private final Random random;

  Neighbour(Path ledger, long seed) {
    this.ledger = ledger;
    this.random = new Random(seed);
  }

  @Override
  public Sent perform(Letter letter, Attempt attempt) throws IOException, InterruptedException {
    int mood = random.nextInt(12);
    switch (mood) {
      case 0 -> Thread.sleep(FOR_EVER_MS);
      case 1 -> throw new IOException("it is away");
      default -> enter(attempt.key(), letter.transfer());
    }
    switch (mood) {
      case 2 -> Thread.sleep(FOR_EVER_MS);
      case 3 -> throw new IOException("its answer is lost");
      default -> {
        // It answers.
      }
    }
    return new Sent("no-" + letter.transfer());
  }

  private void enter(String key, String transfer) throws IOException {
    try {
      Files.createFile(ledger.resolve(key + "=" + transfer));
    } catch (FileAlreadyExistsException _) {
      // What was done is answered again.
    }
  }

  /** What was done, by key. */
  static Map<String, String> entries(Path ledger) {
    try (Stream<Path> files = Files.list(ledger)) {
      return files
          .map(file -> file.getFileName().toString().split("=", 2))
          .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
