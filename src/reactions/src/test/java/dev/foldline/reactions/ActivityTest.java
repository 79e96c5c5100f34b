package dev.foldline.reactions;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.reactions.Ground.awaitParked;
import static dev.foldline.reactions.Ground.awaitTypes;
import static dev.foldline.reactions.Ground.open;
import static dev.foldline.reactions.Ground.parked;
import static dev.foldline.reactions.Ground.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Activity;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Refused;
import dev.foldline.reactions.ParkedEffects.Parked;
import dev.foldline.reactions.Transfer.Command.Answered;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What another system does: it takes idempotency keys, and its ledger is the judge. */
@DisplayName("An activity")
class ActivityTest {

  private record Letter(String to) {}

  private record Sent(String number) {}

  private static final Activity<Letter, Sent> LETTER =
      Activity.of("letter", Letter.class, Sent.class);

  private static final ReactionTiming QUICK =
      new ReactionTiming(
          Duration.ofSeconds(30),
          Duration.ofMillis(500),
          Duration.ofMillis(100),
          Duration.ofMillis(50),
          Duration.ZERO);

  private static final Reaction<Account.Event> WELCOME =
      Reaction.of(
              "welcome",
              Account.ACCOUNTS,
              recorded ->
                  recorded.event() instanceof Account.Event.Opened
                      ? List.of(perform("letter", LETTER, new Letter(recorded.id())))
                      : List.of())
          .fromStart();

  /** A neighbour that takes idempotency keys. */
  private final Map<String, String> ledger = new ConcurrentHashMap<>();

  private final AtomicInteger calls = new AtomicInteger();
  private Ground ground;

  @BeforeEach
  void start(@TempDir Path data) {
    ground = new Ground(data);
  }

  @AfterEach
  void stop() {
    ground.close();
  }

  private Sent send(Letter letter, String key) {
    ledger.putIfAbsent(key, letter.to());
    return new Sent("no-" + letter.to());
  }

  @Test
  void is_done_once_though_its_group_is_created_anew() {
    Application application =
        ground
            .application()
            .performing(
                LETTER,
                (letter, attempt) -> {
                  calls.incrementAndGet();
                  return send(letter, attempt.key());
                });
    ReactionRunner<?> runner = application.run(WELCOME);
    open(application, "a", 0);
    await().atMost(Application.LIMIT).until(() -> runner.figures().done() == 1);
    ground.deleteGroup(WELCOME);
    open(application, "b", 0);
    await().atMost(Application.LIMIT).until(() -> ledger.size() == 2);
    assertThat(ledger.values()).containsExactlyInAnyOrder("a", "b");
    assertThat(calls).as("what has its outcome is not asked again").hasValue(2);
  }

  @Test
  void is_tried_again_when_it_acted_and_its_answer_was_lost() {
    Application application =
        ground
            .application()
            .performing(
                LETTER,
                (letter, attempt) -> {
                  Sent sent = send(letter, attempt.key());
                  if (calls.incrementAndGet() < 4) {
                    throw new IllegalStateException("the answer is lost");
                  }
                  return sent;
                });
    ReactionRunner<?> runner = application.run(WELCOME, QUICK);
    open(application, "a", 0);
    await().atMost(Application.LIMIT).until(() -> runner.figures().done() == 1);
    await().atMost(Application.LIMIT).until(() -> parked(runner).isEmpty());
    assertThat(ledger).hasSize(1);
  }

  @Test
  void waits_without_holding_up_its_stream_and_is_given_up_in_the_end() {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    Application application =
        ground
            .application()
            .performing(
                LETTER,
                (letter, attempt) -> {
                  if (letter.to().equals("a")) {
                    calls.incrementAndGet();
                    throw new IllegalStateException("not now");
                  }
                  seen.add(letter.to());
                  return send(letter, attempt.key());
                });
    ReactionRunner<?> runner =
        application.run(
            WELCOME,
            new ReactionTiming(
                Duration.ofSeconds(30),
                Duration.ofMillis(500),
                Duration.ofMillis(100),
                Duration.ofMillis(1),
                Duration.ofMillis(1)));
    open(application, "a", 0);
    open(application, "b", 0);
    await().atMost(Application.LIMIT).until(() -> seen.contains("b"));
    await().atMost(Application.LIMIT).until(() -> runner.figures().failed() == 1);
    await().atMost(Application.LIMIT).until(() -> parked(runner).isEmpty());
    assertThat(calls.get()).as("at least ten tries").isGreaterThanOrEqualTo(10);
    assertThat(ledger).hasSize(1);
  }

  @Test
  void that_hangs_is_interrupted_and_set_aside_as_waiting() {
    AtomicInteger interrupted = new AtomicInteger();
    Application application =
        ground
            .application()
            .performing(
                LETTER,
                (_, _) -> {
                  try {
                    Thread.sleep(60_000);
                  } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                    throw e;
                  }
                  return new Sent("never");
                });
    ReactionRunner<?> runner = application.run(WELCOME, slow());
    open(application, "a", 0);
    awaitParked(runner, "letter: java.util.concurrent.TimeoutException: letter did not answer");
    assertThat(parked(runner)).allMatch(Parked::waits);
    await().atMost(Application.LIMIT).until(() -> interrupted.get() > 0);
    await().atMost(Application.LIMIT).until(() -> runner.waiting() == 1);
    assertThat(runner.stuck()).isZero();
  }

  private static ReactionTiming slow() {
    return new ReactionTiming(
        Duration.ofSeconds(30),
        Duration.ofMillis(100),
        Duration.ofMillis(100),
        Duration.ofMillis(100),
        Duration.ofHours(1));
  }

  @Test
  void tells_what_the_other_system_answered_refused_or_can_not_do() {
    Reaction<Transfer.Event> reaction =
        Reaction.of(
                "transfer-by-letter",
                Transfer.TRANSFERS,
                recorded ->
                    recorded.event() instanceof Transfer.Event.Requested(_, var to, _)
                        ? List.<Effect>of(perform("take", LETTER, new Letter(to)))
                        : List.<Effect>of())
            .answering(Transfer.DECIDER, (recorded, result) -> new Answered(recorded.id(), result));
    Application application =
        ground
            .application()
            .performing(
                LETTER,
                (letter, attempt) -> {
                  if (letter.to().equals("nobody")) {
                    throw new Refused("unknown-address");
                  }
                  return send(letter, attempt.key());
                });
    application.run(reaction);
    transfer(application, "t", "a", "b", 1);
    transfer(application, "u", "a", "nobody", 1);
    awaitTypes(application, "transfer-t", "transfer-requested", "transfer-taken");
    awaitTypes(application, "transfer-u", "transfer-requested", "transfer-failed");
  }

  @Test
  void undoes_by_the_key_of_what_it_undoes() {
    Map<String, String> undone = new ConcurrentHashMap<>();
    Map<String, String> done = new ConcurrentHashMap<>();
    Reaction<Account.Event> reaction =
        Reaction.of(
                "hold",
                Account.ACCOUNTS,
                recorded ->
                    switch (recorded.event()) {
                      case Account.Event.Deposited _ ->
                          List.<Effect>of(perform("hold", LETTER, new Letter(recorded.id())));
                      case Account.Event.Received _ ->
                          List.<Effect>of(
                              perform("void", LETTER, new Letter(recorded.id())).undoing("hold"));
                      case Account.Event.Opened _, Account.Event.Sent _ -> List.<Effect>of();
                    })
            .fromStart();
    Application application =
        ground
            .application()
            .performing(
                LETTER,
                (letter, attempt) -> {
                  attempt
                      .undoes()
                      .ifPresentOrElse(
                          key -> undone.put(letter.to(), key),
                          () -> done.put(letter.to(), attempt.key()));
                  return new Sent("");
                });
    ReactionRunner<?> runner = application.run(reaction);
    open(application, "a", 1);
    application.handle(Account.DECIDER, new Account.Command.Deposit("a", 2));
    application.handle(Account.DECIDER, new Account.Command.Receive("a", "t", 3));
    open(application, "b", 0);
    application.handle(Account.DECIDER, new Account.Command.Receive("b", "t", 3));
    await().atMost(Application.LIMIT).until(() -> undone.containsKey("a"));
    assertThat(undone).as("the newest one before it").isEqualTo(done);
    awaitParked(runner, "no event before it has an effect 'hold'");
  }

  @Test
  void of_another_application_is_left_alone() {
    Application theirs =
        ground
            .application()
            .performing(
                LETTER,
                (_, _) -> {
                  throw new IOException("away");
                });
    ReactionRunner<?> runner = theirs.run(WELCOME, QUICK);
    open(theirs, "a", 0);
    await().atMost(Application.LIMIT).until(() -> !parked(runner).isEmpty());
    runner.stop(Duration.ZERO).await().atMost(Application.LIMIT);
    ground.redis.empty(); // the lease of the one that ended
    Application ours =
        ground
            .application()
            .as("another-application")
            .performing(LETTER, (letter, attempt) -> send(letter, attempt.key()));
    ReactionRunner<?> refused = ours.run(WELCOME, QUICK);
    await().atMost(Application.LIMIT).until(() -> refused.describe().contains("the log says why"));
    await()
        .during(Duration.ofSeconds(3))
        .atMost(Application.LIMIT)
        .untilAsserted(() -> assertThat(ledger).isEmpty());
  }

  @Test
  void whose_answer_is_too_large_is_a_bug_that_waits() {
    Application application =
        ground.application().performing(LETTER, (_, _) -> new Sent("x".repeat(5_000)));
    ReactionRunner<?> runner = application.run(WELCOME, slow());
    open(application, "a", 0);
    awaitParked(runner, "at most 4096 are allowed");
  }
}
