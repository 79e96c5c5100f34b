package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.AccountCommand.Close;
import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.eventstoredb.connection.EventStore;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@DisplayName("A farewell")
class FarewellsTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Inject CommandHandler commands;
  @Inject EventStore store;

  @Test
  void is_asked_for_once_when_an_account_is_closed_and_says_from_which_event_it_follows() {
    String account = UUID.randomUUID().toString();
    commands.handle(Account.DECIDER, new Open(account, "Ada", "")).await().atMost(LIMIT);
    commands.handle(Account.DECIDER, new Close(account)).await().atMost(LIMIT);

    await().atMost(LIMIT).until(() -> events("letter-" + account).size() == 1);
    Recorded<StoredEvent> letter = events("letter-" + account).getFirst();
    Recorded<StoredEvent> closed = events("account-" + account).getLast();
    assertThat(letter.event().type()).isEqualTo("farewell-asked");
    assertThat(new String(letter.event().data(), StandardCharsets.UTF_8))
        .isEqualTo("{\"account\":\"" + account + "\"}");
    String cause = closed.eventId().toString();
    assertThat(letter.metadata())
        .containsEntry("$causationId", cause)
        .containsEntry("$correlationId", cause);
  }

  private List<Recorded<StoredEvent>> events(String stream) {
    return store.remaining(stream, 0, 10).await().atMost(LIMIT);
  }
}
