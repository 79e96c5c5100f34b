package dev.foldline.reactions;

import static dev.foldline.reactions.Ground.awaitParked;
import static dev.foldline.reactions.Ground.awaitTypes;
import static dev.foldline.reactions.Ground.open;
import static dev.foldline.reactions.Ground.parked;
import static dev.foldline.reactions.Ground.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import dev.foldline.core.Caller;
import dev.foldline.core.NotFound;
import dev.foldline.core.StoredEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What nobody can know, a person settles")
class SettlingTest {

  private static final Caller OPERATOR = new Caller("olga", Set.of("operator"));

  private Ground ground;
  private Application application;
  private ReactionRunner<?> runner;

  /** Their targets are gone before they are handled. */
  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    ground = new Ground(data);
    Application before = ground.application();
    open(before, "gone", 1);
    open(before, "dead", 1);
    open(before, "b", 0);
    transfer(before, "t", "gone", "b", 1);
    transfer(before, "u", "dead", "b", 1);
    ground.server.client().deleteStream("money-gone", DeleteStreamOptions.get()).get();
    ground.server.client().tombstoneStream("money-dead", DeleteStreamOptions.get()).get();
    application = ground.application();
    runner = application.run(Transfer.NEXT);
    awaitParked(runner, "money-gone was deleted", "money-dead was deleted for good");
  }

  @AfterEach
  void stop() {
    ground.close();
  }

  private void settle(String stream, String effect, String refused) {
    runner.parked().settle(stream, 0, effect, refused, OPERATOR).await().atMost(Application.LIMIT);
  }

  @Test
  void as_done() {
    settle("transfer-t", "take", "");
    awaitTypes(
        application, "transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
    awaitTypes(application, "money-gone", StoredEvent.MARK);
    assertThat(application.stream("money-gone").getFirst().metadata())
        .as("whose word it is")
        .containsEntry("user", "olga");
    awaitParked(runner, "money-dead was deleted for good"); // it may be replayed just then
    settle("transfer-u", "take", "");
    awaitTypes(
        application, "transfer-u", "transfer-requested", "transfer-taken", "transfer-completed");
    await().atMost(Application.LIMIT).until(() -> parked(runner).isEmpty());
    assertThat(application.types("money-b"))
        .containsExactly("money-opened", "money-received", "money-received");
  }

  @Test
  void as_refused() {
    settle("transfer-t", "take", "lost");
    awaitTypes(application, "transfer-t", "transfer-requested", "transfer-failed");
    awaitParked(runner, "money-dead was deleted for good"); // it may be replayed just then
    settle("transfer-u", "take", "lost");
    awaitTypes(application, "transfer-u", "transfer-requested", "transfer-failed");
    await().atMost(Application.LIMIT).until(() -> parked(runner).isEmpty());
    assertThat(application.types("money-b")).containsExactly("money-opened");
  }

  /** Nobody can decide on what is left of an account, but that takes a mark. */
  @Test
  void of_a_target_that_is_truncated() throws Exception {
    Application other = ground.application();
    open(other, "cut", 1);
    ground.truncate("money-cut", 1);
    transfer(other, "v", "cut", "b", 1);
    awaitParked(
        runner, "money-gone was deleted", "money-dead was deleted", "of money-cut are gone");

    settle("transfer-v", "take", "lost");
    awaitTypes(application, "transfer-v", "transfer-requested", "transfer-failed");
    assertThat(application.types("money-cut")).containsExactly("money-deposited", StoredEvent.MARK);
  }

  /** Its stream gives a later event instead of it, which has an effect of that name too. */
  @Test
  void not_what_is_gone() throws Exception {
    StoredEvent requested = application.stream("transfer-t").getFirst().event();
    StoredEvent other =
        new StoredEvent(
            UUID.randomUUID(), requested.type(), requested.data(), requested.metadata());
    application.store().append("transfer-t", List.of(other)).await().atMost(Application.LIMIT);
    ground.truncate("transfer-t", 1);

    assertThatThrownBy(() -> settle("transfer-t", "take", ""))
        .isInstanceOf(NotFound.class)
        .hasMessageContaining("event 0 of transfer-t is gone");
    assertThat(application.stream("money-gone")).isEmpty();
  }

  @Test
  void not_what_is_not_parked() {
    assertThatThrownBy(() -> settle("transfer-v", "take", "")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> settle("transfer-t", "give", "")).isInstanceOf(NotFound.class);
  }
}
