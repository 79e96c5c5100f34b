package dev.foldline.reactions;

import static dev.foldline.core.Effect.send;
import static dev.foldline.reactions.Ground.awaitParked;
import static dev.foldline.reactions.Ground.open;
import static dev.foldline.reactions.Ground.transfer;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Caller;
import dev.foldline.core.Reaction;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.commands.HandledEffects;
import dev.foldline.reactions.Account.Command.Send;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A target that gets far more events, and effects of others, than it remembers, while effects wait
 * for it.
 *
 * <p>{@code -Dhot.events=1000000 -Dhot.effects=10000} for the long form.
 */
@DisplayName("A hot target")
class HotTargetTest {

  private static final Duration LIMIT = Duration.ofMinutes(8);
  private static final int PROCESSES = 100;
  private static final int APPEND = 2_000;

  private static final Reaction<Transfer.Event> TAKING =
      Reaction.of(
              "taking",
              Transfer.TRANSFERS,
              recorded ->
                  recorded.event() instanceof Transfer.Event.Requested(var from, _, var cents)
                      ? List.of(send("take", Account.DECIDER, new Send(from, recorded.id(), cents)))
                      : List.of())
          .fromStart();

  private final int events = Integer.getInteger("hot.events", 20_000);
  private final int effects = Integer.getInteger("hot.effects", 300);
  private Ground ground;
  private Application application;

  @BeforeEach
  void start(@TempDir Path data) {
    ground = new Ground(data);
    application = ground.application();
  }

  @AfterEach
  void stop() {
    ground.close();
  }

  private void append(String stream, int count, IntFunction<StoredEvent> event) {
    for (int done = 0; done < count; done += APPEND) {
      List<StoredEvent> next =
          IntStream.range(done, Math.min(count, done + APPEND)).mapToObj(event).toList();
      application.store().append(stream, next).await().atMost(LIMIT);
    }
  }

  /** One event in ten is of an effect. */
  private void crowd(int count) {
    append("money-hot", count, i -> i % 10 == 0 ? Foreign.effect(UUID.randomUUID()) : plain());
  }

  private static StoredEvent plain() {
    return new StoredEvent(
        UUID.randomUUID(), "money-deposited", "{\"cents\":0}".getBytes(UTF_8), new byte[0]);
  }

  private static StoredEvent requested() {
    return new StoredEvent(
        UUID.randomUUID(),
        "transfer-requested",
        "{\"from\":\"hot\",\"to\":\"cold\",\"cents\":1}".getBytes(UTF_8),
        new byte[0]);
  }

  private long sent() {
    return IntStream.iterate(0, from -> from < events + 2 * effects, from -> from + 4_000)
        .mapToLong(
            from ->
                application
                    .store()
                    .remaining("money-hot", from, 4_000)
                    .await()
                    .atMost(LIMIT)
                    .stream()
                    .filter(event -> event.event().type().equals("money-sent"))
                    .count())
        .sum();
  }

  @Test
  void is_read_back_once_and_not_once_an_effect() {
    open(application, "hot", effects);
    for (int i = 0; i < PROCESSES; i++) {
      append("transfer-t" + i, effects / PROCESSES, _ -> requested());
    }
    crowd(events);

    ReactionRunner<?> runner = application.run(TAKING);
    await().atMost(LIMIT).until(() -> runner.figures().done() >= effects);
    assertThat(runner.figures().readBack())
        .as("what is behind it, and at most twice that")
        .isBetween((long) events, 2L * (events + effects));
    assertThat(runner.figures().parked()).isZero();
    assertThat(sent()).isEqualTo(effects);
  }

  /** He says that it was refused, and it was done, longer ago than the target remembers. */
  @Test
  void is_not_overruled_by_a_person_who_is_wrong() {
    Reaction<Transfer.Event> reaction =
        TAKING.answering(
            Transfer.DECIDER,
            (recorded, _) -> new Transfer.Command.Request(recorded.id(), "", "", 0));
    ReactionRunner<?> runner = application.run(reaction);
    open(application, "hot", 1);
    transfer(application, "t", "hot", "cold", 1);
    awaitParked(runner, "the answer is refused");
    crowd(20 * HandledEffects.MOST);

    runner.parked().settle("transfer-t", 0, "take", "lost", Caller.ANONYMOUS).await().atMost(LIMIT);
    assertThat(application.store().last("money-hot").await().atMost(LIMIT).orElseThrow().event())
        .as("no mark beside what was done")
        .matches(event -> !event.isMark());
  }
}
