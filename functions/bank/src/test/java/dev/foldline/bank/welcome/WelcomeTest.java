package dev.foldline.bank.welcome;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.testing.GivenReaction.given;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.Account;
import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.WithReactions;
import dev.foldline.bank.welcome.Welcome.Letter;
import dev.foldline.eventstoredb.commands.CommandHandler;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(WithReactions.class)
@DisplayName("The bank's letter of welcome")
class WelcomeTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("../..");
  private static final Path HERE = Path.of("src/test/java/dev/foldline/bank/welcome");

  @Inject CommandHandler commands;
  @Inject PostOffice office;

  @Test
  void goes_to_whoever_opens_an_account() {
    String owner = UUID.randomUUID().toString();
    commands.handle(Account.DECIDER, new Open("a-" + owner, owner, "")).await().atMost(LIMIT);

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(Collections.frequency(office.receivers(), owner)).isEqualTo(1));
  }

  @Test
  void follows_from_that_alone() {
    given(Welcome.WELCOME)
        .when(new Opened("Ada", ""))
        .then(perform("letter", Welcome.LETTER, new Letter("Ada")));
    given(Welcome.WELCOME, new Opened("Ada", "")).when(new Deposited(1)).thenNothing();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Welcome.java", "Post.java"})
  void is_what_the_page_on_reactions_shows(String file) throws IOException {
    String shown =
        Files.readString(HERE.resolve(file))
            .lines()
            .filter(line -> !line.startsWith("import "))
            .map(line -> ("+ " + line).strip() + "\n")
            .collect(joining())
            .replaceAll("(\\+\n)+", "+\n");

    assertThat(Files.readString(ROOT.resolve("infra/docs/reactions.md"))).contains(shown);
  }
}
