package dev.foldline.reactions;

import static dev.foldline.core.Effect.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import dev.foldline.core.Effect;
import dev.foldline.core.Namespace;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.reactions.Account.Command.Deposit;
import dev.foldline.reactions.Account.Command.Greet;
import dev.foldline.reactions.Account.Command.Open;
import dev.foldline.reactions.Account.Command.Receive;
import dev.foldline.testing.EventStoreServer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A reaction")
class ReactionRunnerTest {

  private static final Namespace NAMESPACE = new Namespace("money");

  private EventStoreServer server;
  private Application application;

  @BeforeEach
  void start(@TempDir Path data) {
    server = EventStoreServer.start(data);
    application = application();
  }

  private Application application() {
    return new Application(
        server.connectionString(), NAMESPACE, Account.ACCOUNTS, Transfer.TRANSFERS);
  }

  @AfterEach
  void stop() {
    application.close();
    server.close();
  }

  private void open(String account, long cents) {
    application.handle(Account.DECIDER, new Open(account, "Ada"));
    if (cents > 0) {
      application.handle(Account.DECIDER, new Deposit(account, cents));
    }
  }

  private void transfer(String id, String from, String to, long cents) {
    application.handle(Transfer.DECIDER, new Transfer.Command.Request(id, from, to, cents));
  }

  private void awaitTypes(String stream, String... types) {
    await()
        .atMost(Application.LIMIT)
        .untilAsserted(() -> assertThat(application.types(stream)).containsExactly(types));
  }

  private List<ParkedEvents.Parked> parked(Reaction<?> reaction) {
    return new ParkedEvents(application.store(), NAMESPACE.of("reaction-" + reaction.name()))
        .list(100)
        .await()
        .atMost(Application.LIMIT);
  }

  private void awaitParked(Reaction<?> reaction, String reason) {
    await()
        .atMost(Application.LIMIT)
        .untilAsserted(
            () ->
                assertThat(parked(reaction))
                    .hasSize(1)
                    .allSatisfy(each -> assertThat(each.reason()).contains(reason)));
  }

  private static Reaction<Account.Event> onDeposit(
      String name, Function<Recorded<Account.Event>, List<Effect>> effects) {
    return Reaction.of(
        name,
        Account.ACCOUNTS,
        recorded ->
            recorded.event() instanceof Account.Event.Deposited
                ? effects.apply(recorded)
                : List.of());
  }

  private void deleteGroup(Reaction<?> reaction) throws Exception {
    server
        .subscriptions()
        .deleteToAll(NAMESPACE.of("reaction-" + reaction.name()))
        .get(10, TimeUnit.SECONDS);
  }

  @Test
  void takes_a_process_from_step_to_step() {
    application.run(Transfer.NEXT);
    open("a", 100);
    open("b", 0);
    transfer("t", "a", "b", 30);

    awaitTypes("transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
    assertThat(application.types("money-a"))
        .containsExactly("money-opened", "money-deposited", "money-sent");
    assertThat(application.types("money-b")).containsExactly("money-opened", "money-received");
  }

  @Test
  void marks_what_is_refused_and_tells_it() {
    application.run(Transfer.NEXT);
    open("a", 10);
    transfer("t", "a", "b", 30);

    awaitTypes("transfer-t", "transfer-requested", "transfer-failed");
    assertThat(application.types("money-a"))
        .containsExactly("money-opened", "money-deposited", StoredEvent.MARK);
    open("b", 0);
    transfer("u", "b", "nobody", 0);
    awaitTypes("transfer-u", "transfer-requested", "transfer-taken", "transfer-failed");
    assertThat(application.types("money-nobody"))
        .as("the mark is the only event of what never was")
        .containsExactly(StoredEvent.MARK);
  }

  @Test
  void does_nothing_again_where_its_group_is_created_anew() throws Exception {
    ReactionRunner<?> runner = application.run(Transfer.NEXT);
    open("a", 100);
    open("b", 0);
    transfer("t", "a", "b", 30);
    transfer("u", "a", "b", 300);
    awaitTypes("transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
    awaitTypes("transfer-u", "transfer-requested", "transfer-failed");
    long done = runner.figures().done();

    deleteGroup(Transfer.NEXT);
    await().atMost(Application.LIMIT).until(() -> runner.figures().done() >= 2 * done);
    transfer("v", "a", "b", 70);
    awaitTypes("transfer-v", "transfer-requested", "transfer-taken", "transfer-completed");
    assertThat(application.types("money-a"))
        .containsExactly(
            "money-opened", "money-deposited", "money-sent", StoredEvent.MARK, "money-sent");
    assertThat(application.types("transfer-t")).hasSize(3);
    assertThat(application.types("transfer-u")).hasSize(2);
  }

  @Test
  void begins_behind_what_was_there_when_it_was_new() throws Exception {
    Reaction<Account.Event> reaction =
        onDeposit(
            "bonus",
            recorded ->
                List.of(send("bonus", Account.DECIDER, new Receive("bank", recorded.id(), 1))));
    open("bank", 0);
    open("a", 1);
    ReactionRunner<?> runner = application.run(reaction);
    await().atMost(Application.LIMIT).until(runner::isReady);
    open("b", 1);
    awaitTypes("money-bank", "money-opened", "money-received");

    deleteGroup(reaction);
    open("c", 1);
    awaitTypes("money-bank", "money-opened", "money-received", "money-received");
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
    open("a", 1);
    awaitTypes("money-a", "money-opened", "money-deposited", StoredEvent.MARK);
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
    application.run(reaction);
    List.of("thrown", "twice", "many", "no-id", "well").forEach(account -> open(account, 1));

    awaitTypes("money-well", "money-opened", "money-deposited", StoredEvent.MARK);
    await().atMost(Application.LIMIT).until(() -> parked(reaction).size() == 4);
    assertThat(parked(reaction))
        .extracting(ParkedEvents.Parked::reason)
        .anySatisfy(reason -> assertThat(reason).contains("oh"))
        .anySatisfy(reason -> assertThat(reason).contains("two effects", "'a'"))
        .anySatisfy(reason -> assertThat(reason).contains("100000 effects"))
        .anySatisfy(reason -> assertThat(reason).contains("the id of the money must be"));
  }

  @Test
  void ends_a_loop() {
    Reaction<Account.Event> reaction =
        onDeposit(
                "loop",
                recorded -> List.of(send("again", Account.DECIDER, new Deposit(recorded.id(), 1))))
            .fromStart();
    application.run(reaction);
    open("a", 1);
    awaitParked(reaction, "a loop");
    assertThat(application.types("money-a")).hasSize(2 + 32);
  }

  @Test
  void parks_what_nobody_can_know() throws Exception {
    open("a", 100);
    open("gone", 1);
    open("dead", 1);
    server.client().deleteStream("money-gone", DeleteStreamOptions.get()).get();
    server.client().tombstoneStream("money-dead", DeleteStreamOptions.get()).get();
    transfer("t", "gone", "a", 1);
    transfer("u", "dead", "a", 1);
    application.close();
    application = application();
    ReactionRunner<?> runner = application.run(Transfer.NEXT);

    await().atMost(Application.LIMIT).until(() -> parked(Transfer.NEXT).size() == 2);
    assertThat(parked(Transfer.NEXT))
        .extracting(ParkedEvents.Parked::reason)
        .anySatisfy(reason -> assertThat(reason).contains("money-gone was deleted"))
        .anySatisfy(reason -> assertThat(reason).contains("money-dead was deleted for good"));
    assertThat(runner.figures().parked()).isEqualTo(2);
    assertThat(application.stream("money-gone")).isEmpty();
  }

  @Test
  void carries_on_who_and_whence() {
    application.run(Transfer.NEXT);
    open("a", 100);
    open("b", 0);
    transfer("t", "a", "b", 30);
    awaitTypes("transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
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
    open("a", 100);
    open("b", 0);
    server.stop();
    server.comeBack();
    transfer("t", "a", "b", 30);
    awaitTypes("transfer-t", "transfer-requested", "transfer-taken", "transfer-completed");
  }
}
