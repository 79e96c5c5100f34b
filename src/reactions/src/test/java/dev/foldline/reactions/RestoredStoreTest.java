package dev.foldline.reactions;

import static dev.foldline.reactions.Ground.awaitTypes;
import static dev.foldline.reactions.Ground.open;
import static dev.foldline.reactions.Ground.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.StoredEvent;
import dev.foldline.reactions.Account.Command.Deposit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By the runbook: every instance ends before the restore, and is started after it. */
@DisplayName("A store that was restored from a backup, while Redis and the post office were not")
class RestoredStoreTest {

  private static final String[] COMPLETED = {
    "transfer-requested", "transfer-taken", "transfer-completed"
  };

  /** The post office's ledger: for whom it wrote a letter, by key. */
  private final Map<String, String> letters = new ConcurrentHashMap<>();

  private Application start(Ground ground) {
    Application application =
        ground
            .application()
            .performing(
                Neighbour.LETTER,
                (letter, attempt) -> {
                  letters.put(attempt.key(), letter.transfer());
                  return new Neighbour.Sent("");
                });
    application.run(Transfer.NEXT);
    application.run(Release.letters());
    return application;
  }

  /** So often that there are snapshots of the account. */
  private static void deposit(Application application, long cents) {
    for (int i = 0; i < 4; i++) {
      application.handle(Account.DECIDER, new Deposit("a", cents));
    }
  }

  private void awaitLetters(String... transfers) {
    await()
        .atMost(Application.LIMIT)
        .untilAsserted(() -> assertThat(letters.values()).containsExactlyInAnyOrder(transfers));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void has_each_effect_exactly_once(@TempDir Path directory) throws Exception {
    Path data = directory.resolve("store");
    Path backup = directory.resolve("backup");
    try (Ground ground = new Ground(data)) {
      Application before = start(ground);
      open(before, "a", 0);
      deposit(before, 25);
      open(before, "b", 0);
      transfer(before, "done", "a", "b", 10);
      awaitTypes(before, "transfer-done", COMPLETED);
      awaitLetters("done");
      ground.end(before);
      Application silent = ground.application();
      transfer(silent, "open", "a", "b", 20);
      ground.end(silent);
      ground.server.stop();
      copy(data, backup);
      ground.server.comeBack();

      Application lost = start(ground);
      awaitTypes(lost, "transfer-open", COMPLETED);
      deposit(lost, 250);
      transfer(lost, "rich", "a", "b", 500);
      transfer(lost, "refused", "b", "nobody", 1);
      awaitTypes(lost, "transfer-rich", COMPLETED);
      awaitTypes(
          lost, "transfer-refused", "transfer-requested", "transfer-taken", "transfer-failed");
      awaitLetters("done", "open", "rich");
      ground.end(lost);
      ground.server.stop();
      delete(data);
      copy(backup, data);
      ground.server.comeBack();

      Application after = start(ground);
      awaitTypes(after, "transfer-open", COMPLETED);
      transfer(after, "rich", "a", "b", 500);
      awaitTypes(after, "transfer-rich", "transfer-requested", "transfer-failed");
      transfer(after, "refused", "a", "b", 30);
      awaitTypes(after, "transfer-refused", COMPLETED);
      awaitLetters("done", "open", "rich", "refused");
      List<String> received =
          List.of("money-opened", "money-received", "money-received", "money-received");
      assertThat(after.types("money-a"))
          .containsExactly(
              "money-opened",
              "money-deposited",
              "money-deposited",
              "money-deposited",
              "money-deposited",
              "money-sent",
              "money-sent",
              StoredEvent.MARK,
              "money-sent");
      assertThat(after.types("money-b")).isEqualTo(received);
      assertThat(after.types("money-nobody")).isEmpty();
    }
  }
}
