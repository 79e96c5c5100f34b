package dev.foldline.reactions;

import static dev.foldline.core.Effect.send;
import static dev.foldline.reactions.Ground.open;
import static dev.foldline.reactions.Ground.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Reaction;
import dev.foldline.reactions.Account.Command.Receive;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A reaction in place of another one")
class SuccessorTest {

  private Ground ground;
  private Application application;

  @BeforeEach
  void start(@TempDir Path data) {
    ground = new Ground(data);
    application = ground.application();
    open(application, "bank", 0);
  }

  @AfterEach
  void stop() {
    ground.close();
  }

  private static Reaction<Transfer.Event> bonus(String name) {
    return Reaction.of(
        name,
        Transfer.TRANSFERS,
        recorded -> List.of(send("bonus", Account.DECIDER, new Receive("bank", recorded.id(), 1))));
  }

  private void awaitBonuses(int count) {
    await()
        .atMost(Application.LIMIT)
        .untilAsserted(
            () ->
                assertThat(application.types("money-bank"))
                    .filteredOn("money-received"::equals)
                    .hasSize(count));
  }

  /** Servers keep how far a group is only after some events. */
  @Test
  void begins_behind_the_last_event_that_it_settled_and_not_behind_what_the_server_kept() {
    ReactionRunner<?> old = application.run(bonus("old").fromStart());
    transfer(application, "a", "x", "y", 1);
    transfer(application, "b", "x", "y", 1);
    awaitBonuses(2);
    old.stop(Duration.ofSeconds(5)).await().atMost(Application.LIMIT);

    ReactionRunner<?> successor = application.run(bonus("new").after("old"));
    await().atMost(Application.LIMIT).until(successor::isReady);
    transfer(application, "c", "x", "y", 1);
    awaitBonuses(3);

    assertThat(successor.figures().done()).isEqualTo(1);
  }

  @Test
  void waits_while_something_is_left_for_the_other_one() {
    ReactionRunner<?> old = application.run(bonus("old").fromStart());
    await().atMost(Application.LIMIT).until(old::isReady);
    old.stop(Duration.ofSeconds(5)).await().atMost(Application.LIMIT);
    transfer(application, "a", "x", "y", 1);
    ReactionRunner<?> successor = application.run(bonus("new").after("old"));
    await()
        .atMost(Application.LIMIT)
        .until(() -> successor.describe().contains("events unsettled"));
    ReactionRunner<?> again = application.run(bonus("old").fromStart());
    awaitBonuses(1);
    await().atMost(Application.LIMIT).until(successor::isReady);
    again.stop(Duration.ofSeconds(5)).await().atMost(Application.LIMIT);
    transfer(application, "b", "x", "y", 1);
    awaitBonuses(2);
  }

  @Test
  void waits_while_the_other_one_has_something_to_remind_of() {
    ReactionRunner<?> old = application.run(Alarm.next("old-alarm"));
    application.handle(
        Alarm.DECIDER, new Alarm.Command.Set("far", Instant.now().plus(Duration.ofDays(1))));
    await().atMost(Application.LIMIT).until(() -> old.pendingReminders() == 1);
    old.stop(Duration.ofSeconds(5)).await().atMost(Application.LIMIT);

    ReactionRunner<?> successor = application.run(Alarm.next("new-alarm").after("old-alarm"));
    await()
        .atMost(Application.LIMIT)
        .until(() -> successor.describe().contains("1 reminders of old-alarm are pending"));
  }
}
