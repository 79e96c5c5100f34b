package dev.foldline.reactions;

import static dev.foldline.core.Effect.send;
import static dev.foldline.reactions.Ground.awaitParked;
import static dev.foldline.reactions.Ground.awaitTypes;
import static dev.foldline.reactions.Ground.open;
import static dev.foldline.reactions.Ground.transfer;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.reactions.Account.Command.Deposit;
import dev.foldline.reactions.Account.Command.Greet;
import dev.foldline.reactions.Account.Command.Receive;
import dev.foldline.reactions.Account.Command.Send;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A reaction")
class ReactionRunnerTest {

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

  private static Reaction<Account.Event> onDeposit(
      String name, Function<Recorded<Account.Event>, List<? extends Effect>> effects) {
    return Reaction.of(
        name,
        Account.ACCOUNTS,
        recorded ->
            recorded.event() instanceof Account.Event.Deposited
                ? effects.apply(recorded)
                : List.of());
  }

  @Test
  void takes_a_process_from_step_to_step() {
    application.run(Transfer.NEXT);
    open(application, "a", 100);
    open(application, "b", 0);
    transfer(application, "t", "a", "b", 30);

    awaitTypes(
        application, "transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
    assertThat(application.types("money-a"))
        .containsExactly("money-opened", "money-deposited", "money-sent");
    assertThat(application.types("money-b")).containsExactly("money-opened", "money-received");
  }

  @Test
  void marks_what_is_refused_and_tells_it() {
    application.run(Transfer.NEXT);
    open(application, "a", 10);
    transfer(application, "t", "a", "b", 30);

    awaitTypes(application, "transfer-t", "transfer-requested", "transfer-failed");
    assertThat(application.types("money-a"))
        .containsExactly("money-opened", "money-deposited", StoredEvent.MARK);
    open(application, "b", 0);
    transfer(application, "u", "b", "nobody", 0);
    awaitTypes(
        application, "transfer-u", "transfer-requested", "transfer-taken", "transfer-failed");
    assertThat(application.types("money-nobody"))
        .as("the mark is the only event of what never was")
        .containsExactly(StoredEvent.MARK);
  }

  @Test
  void does_nothing_again_where_its_group_is_created_anew() {
    ReactionRunner<?> runner = application.run(Transfer.NEXT);
    open(application, "a", 100);
    open(application, "b", 0);
    transfer(application, "t", "a", "b", 30);
    transfer(application, "u", "a", "b", 300);
    awaitTypes(
        application, "transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
    awaitTypes(application, "transfer-u", "transfer-requested", "transfer-failed");
    long done = runner.figures().done();

    ground.deleteGroup(Transfer.NEXT);
    await().atMost(Application.LIMIT).until(() -> runner.figures().done() >= 2 * done);
    transfer(application, "v", "a", "b", 70);
    awaitTypes(
        application, "transfer-v", "transfer-requested", "transfer-taken", "transfer-completed");
    assertThat(application.types("money-a"))
        .containsExactly(
            "money-opened", "money-deposited", "money-sent", StoredEvent.MARK, "money-sent");
    assertThat(application.types("transfer-t")).hasSize(3);
    assertThat(application.types("transfer-u")).hasSize(2);
  }

  @Test
  void begins_behind_what_was_there_when_it_was_new() {
    Reaction<Account.Event> reaction =
        onDeposit(
            "bonus",
            recorded ->
                List.of(send("bonus", Account.DECIDER, new Receive("bank", recorded.id(), 1))));
    open(application, "bank", 0);
    open(application, "a", 1);
    ReactionRunner<?> runner = application.run(reaction);
    await().atMost(Application.LIMIT).until(runner::isReady);
    open(application, "b", 1);
    awaitTypes(application, "money-bank", "money-opened", "money-received");

    ground.deleteGroup(reaction);
    open(application, "c", 1);
    awaitTypes(application, "money-bank", "money-opened", "money-received", "money-received");
    assertThat(
            application.stream("money-bank").stream()
                .map(event -> new String(event.event().data(), UTF_8))
                .filter(data -> data.contains("\"a\"")))
        .as("what was there before leads to nothing")
        .isEmpty();
  }

  @Test
  void marks_what_has_nothing_to_do() {
    Reaction<Account.Event> reaction =
        onDeposit(
            "greeting",
            recorded -> List.of(send("hello", Account.DECIDER, new Greet(recorded.id()))));
    application.run(reaction.fromStart());
    open(application, "a", 1);
    awaitTypes(application, "money-a", "money-opened", "money-deposited", StoredEvent.MARK);
  }

  @Test
  void parks_what_it_throws_on_and_what_it_gives_wrongly() {
    Reaction<Account.Event> reaction =
        onDeposit(
                "wrong",
                recorded ->
                    switch (recorded.id()) {
                      case "thrown" -> throw new IllegalStateException("oh");
                      case "twice" ->
                          List.of(
                              send("a", Account.DECIDER, new Greet("a")),
                              send("a", Account.DECIDER, new Greet("b")));
                      case "many" ->
                          IntStream.range(0, 100_000)
                              .mapToObj(i -> send("" + i, Account.DECIDER, new Greet("a")))
                              .toList();
                      case "no-id" -> List.of(send("a", Account.DECIDER, new Greet("a b")));
                      default -> List.of(send("a", Account.DECIDER, new Greet(recorded.id())));
                    })
            .fromStart();
    ReactionRunner<?> runner = application.run(reaction);
    List.of("thrown", "twice", "many", "no-id", "well")
        .forEach(account -> open(application, account, 1));

    awaitTypes(application, "money-well", "money-opened", "money-deposited", StoredEvent.MARK);
    awaitParked(
        runner,
        "oh",
        "two effects of one event are called 'a'",
        "100000 effects",
        "the id of the money must be");
  }

  @Test
  void ends_a_loop() {
    Reaction<Account.Event> reaction =
        onDeposit(
                "loop",
                recorded -> List.of(send("again", Account.DECIDER, new Deposit(recorded.id(), 1))))
            .fromStart();
    ReactionRunner<?> runner = application.run(reaction);
    open(application, "a", 1);
    awaitParked(runner, "a loop");
    assertThat(application.types("money-a")).hasSize(2 + 32);
  }

  @Test
  void parks_what_nobody_can_know() throws Exception {
    open(application, "a", 100);
    open(application, "gone", 1);
    open(application, "dead", 1);
    ground.server.client().deleteStream("money-gone", DeleteStreamOptions.get()).get();
    ground.server.client().tombstoneStream("money-dead", DeleteStreamOptions.get()).get();
    transfer(application, "t", "gone", "a", 1);
    transfer(application, "u", "dead", "a", 1);
    application = ground.application();
    ReactionRunner<?> runner = application.run(Transfer.NEXT);

    awaitParked(runner, "money-gone was deleted", "money-dead was deleted for good");
    assertThat(runner.figures().parked()).isEqualTo(2);
    assertThat(application.stream("money-gone")).isEmpty();
  }

  @Test
  void counts_what_a_newer_release_would_do_otherwise() {
    application.run(Release.FIRST.next());
    open(application, "a", 100);
    open(application, "b", 0);
    transfer(application, "t", "a", "b", 30);
    awaitTypes(
        application, "transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
    ground.end(application);
    List<String> streams = List.of("money-a", "money-b", "transfer-t");

    Application again = ground.application();
    List<List<String>> before = streams.stream().map(again::types).toList();
    ground.deleteGroup(Release.FIRST.next());
    ReactionRunner<?> same = again.run(Release.FIRST.next());
    await().atMost(Application.LIMIT).until(() -> same.figures().done() == 2);
    assertThat(same.figures().differed()).isZero();
    ground.end(again);

    application = ground.application();
    ground.deleteGroup(Release.FIRST.next());
    ReactionRunner<?> other = application.run(Release.OTHER.next());
    await().atMost(Application.LIMIT).until(() -> other.figures().done() == 2);
    assertThat(other.figures().differed()).isEqualTo(2);
    assertThat(streams.stream().map(application::types)).isEqualTo(before);
  }

  /** It was done before anybody was told of it, and a part of the target is gone since. */
  @Test
  void tells_what_is_left_of_its_target() throws Exception {
    Reaction<Transfer.Event> taking =
        Reaction.of(
                "taking",
                Transfer.TRANSFERS,
                recorded ->
                    recorded.event() instanceof Transfer.Event.Requested(var from, _, var cents)
                        ? List.of(
                            send("take", Account.DECIDER, new Send(from, recorded.id(), cents)))
                        : List.of())
            .fromStart();
    ReactionRunner<?> before = application.run(taking);
    open(application, "rich", 100);
    open(application, "poor", 10);
    transfer(application, "t", "rich", "b", 30);
    transfer(application, "u", "poor", "b", 30);
    awaitTypes(application, "money-rich", "money-opened", "money-deposited", "money-sent");
    awaitTypes(application, "money-poor", "money-opened", "money-deposited", StoredEvent.MARK);
    before.stop(Application.LIMIT).await().atMost(Application.LIMIT);
    ground.deleteGroup(taking);
    ground.truncate("money-rich", 2);
    ground.truncate("money-poor", 2);

    application = ground.application();
    ReactionRunner<?> runner =
        application.run(
            taking.answering(
                Transfer.DECIDER,
                (recorded, result) -> new Transfer.Command.Answered(recorded.id(), result)));
    awaitTypes(application, "transfer-t", "transfer-requested", "transfer-taken");
    awaitTypes(application, "transfer-u", "transfer-requested", "transfer-failed");
    assertThat(runner.figures().parked()).isZero();
    assertThat(application.types("money-rich")).containsExactly("money-sent");
    assertThat(application.types("money-poor")).containsExactly(StoredEvent.MARK);
  }

  @Test
  void carries_on_who_and_whence() {
    application.run(Transfer.NEXT);
    open(application, "a", 100);
    open(application, "b", 0);
    transfer(application, "t", "a", "b", 30);
    awaitTypes(
        application, "transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
    Recorded<StoredEvent> requested = application.stream("transfer-t").getFirst();
    Recorded<StoredEvent> sent = application.stream("money-a").getLast();
    Recorded<StoredEvent> received = application.stream("money-b").getLast();
    UUID whole = requested.eventId();
    assertThat(sent.metadata())
        .containsEntry("$causationId", whole.toString())
        .containsEntry("$correlationId", whole.toString())
        .containsEntry("reactionPath", "transfer-next");
    assertThat(received.metadata())
        .containsEntry("$correlationId", whole.toString())
        .containsEntry("reactionPath", "transfer-next > transfer-next");
  }

  @Test
  void outlives_the_store() {
    application.run(Transfer.NEXT);
    open(application, "a", 100);
    open(application, "b", 0);
    ground.server.stop();
    ground.server.comeBack();
    transfer(application, "t", "a", "b", 30);
    awaitTypes(
        application, "transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
  }
}
