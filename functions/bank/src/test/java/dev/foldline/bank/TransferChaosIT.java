package dev.foldline.bank;

import static dev.foldline.bank.AccountEvent.ACCOUNTS;
import static dev.foldline.bank.TransferEvent.TRANSFERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.PersistentSubscription;
import com.eventstore.dbclient.PersistentSubscriptionListener;
import com.eventstore.dbclient.ResolvedEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.bank.BankQueries.AllMoney;
import dev.foldline.bank.TransferEvent.Rejected;
import dev.foldline.bank.TransferEvent.Released;
import dev.foldline.bank.TransferEvent.Requested;
import dev.foldline.bank.TransferEvent.Stopped;
import dev.foldline.core.Namespace;
import dev.foldline.core.Progress.State;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.testing.Cable;
import dev.foldline.testing.Hang;
import dev.foldline.testing.StoreProxy;
import dev.foldline.testing.StoreProxy.Appends;
import dev.foldline.testing.simulation.Simulation;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transfers between a dozen accounts, some of which are closed meanwhile, full, or opened too late,
 * some cancelled, and released where they are held; while at random one of two instances is killed
 * as by {@code kill -9}, hangs, or loses its connections or the answers to its appends; the store
 * is killed and comes back with a clock that is wrong by a day; Redis is killed or emptied; the
 * group of the reaction is deleted, or someone else parks its events, which are replayed much
 * later. In the end {@link TransferJudge} has nothing to say about the raw log, which holds what
 * was answered, each effect once; and the sums of the read model are those of the log.
 *
 * <p>{@code -Dchaos.steps=200 -Dchaos.seed=7 -Dchaos.hang=90} for the long form: 90 seconds are
 * longer than all time-outs, those that connections and subscriptions have too.
 */
@DisplayName("Transfers, whatever happens to those who make them,")
class TransferChaosIT {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration A_MOMENT = Duration.ofMillis(500);
  private static final Duration DAY = Duration.ofDays(1);
  private static final String GROUP = new Namespace("bank").of("reaction-transfer-next");
  private static final EventCodec CODEC = new EventCodec(List.of(ACCOUNTS, TRANSFERS));

  private final long seed = Long.getLong("chaos.seed", 20_261_201);
  private final int steps = Integer.getInteger("chaos.steps", 8);
  private final Duration hang = Duration.ofSeconds(Integer.getInteger("chaos.hang", 3));
  private final Random random = new Random(seed);

  private final List<String> accounts = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Instance> instances = new ArrayList<>();
  private Neighbours neighbours;
  private EventStore store;
  private ParkedEvents parked;
  private int closed;
  private int unknown;
  private int transfers;
  private long given;

  /**
   * What was asked for.
   *
   * @param leaves what stands in the stream where it is done, and, if it is an account's, not where
   *     it is refused
   * @param status of the answer; 0 where there is none
   */
  private record Call(
      String what, String stream, Predicate<Object> leaves, Future<Integer> status) {}

  /** One of the bank, and its way to the event store, on which things go wrong. */
  private static final class Instance implements AutoCloseable {

    private final Cable cable;
    private final StoreProxy proxy;
    private final Map<String, String> properties;
    private BankProcess process;

    Instance(Neighbours neighbours) {
      cable = new Cable(neighbours.store().port());
      proxy = new StoreProxy(cable.port());
      properties = new HashMap<>(neighbours.properties());
      properties.put("foldline.eventstoredb.connection-string", proxy.connectionString());
      process = launch();
    }

    private BankProcess launch() {
      return BankProcess.launch(BankProcess.inProduction(properties));
    }

    void restart() {
      process.kill();
      process = launch();
    }

    /** What was silent breaks, so that nobody waits for it. */
    void heal() {
      proxy.appends(Appends.PASS);
      cable.thaw();
      cable.cut();
      if (!process.process().isAlive()) {
        restart();
      }
    }

    @Override
    public void close() {
      process.close();
      proxy.close();
      cable.close();
    }
  }

  @BeforeEach
  void start(@TempDir Path data) {
    neighbours = new Neighbours(data);
    store = new EventStore(neighbours.connectionString(), Duration.ofSeconds(5));
    parked = new ParkedEvents(store, GROUP);
    for (int i = 0; i < 11; i++) {
      open("a-" + i, 1_000_000_000);
    }
    open("full", Long.MAX_VALUE - 1_000_000_000);
    instances.add(new Instance(neighbours));
    instances.add(new Instance(neighbours));
    instances.forEach(instance -> instance.process.awaitReady());
  }

  @AfterEach
  void stop() {
    instances.forEach(Instance::close);
    callers.close();
    store.close();
    neighbours.close();
  }

  private void open(String account, long cents) {
    List<StoredEvent> events =
        List.of(
            CODEC.encode(new UUID(random.nextLong(), random.nextLong()), new Opened("Ada", "")),
            CODEC.encode(new UUID(random.nextLong(), random.nextLong()), new Deposited(cents)));
    assertThat(store.append(ACCOUNTS.stream(account), -1, events).await().atMost(LIMIT))
        .isNotNull();
    accounts.add(account);
  }

  @Test
  void lose_no_cent_and_give_none_twice() {
    Simulation.withSeeds(LongStream.of(seed), _ -> run());
  }

  private void run() {
    for (int step = 0; step < steps; step++) {
      ask();
      disturb(step);
      awaitAnswers();
    }
    hang();
    instances.forEach(Instance::heal);
    instances.forEach(instance -> instance.process.awaitReady());
    ask();
    awaitAnswers();
    restartStore(DAY.multipliedBy(2)); // every deadline is over
    awaitEnd();
    judge(log());
  }

  private void disturb(int step) {
    // The first ones are what a short run must have.
    switch (step < 8 ? step : random.nextInt(17)) {
      case 0 -> whileItLosesAnswers(Appends.UNANSWERED);
      case 1 -> closeOne();
      case 2 -> any().restart();
      case 3 -> parkSome();
      case 4 -> restartStore(DAY);
      case 5 -> neighbours.emptyRedis();
      case 6 -> deleteGroup();
      case 7 -> openUnknown();
      case 8 -> whileItLosesAnswers(Appends.LOST);
      case 9 -> whileItsWayIsFrozen();
      case 10 -> any().cable.cut();
      case 11 -> any().cable.silence();
      case 12 -> {
        neighbours.killRedis();
        neighbours.startRedis();
      }
      case 13 -> replay();
      case 14 -> restartStore(Duration.ZERO);
      case 15 -> restartStore(DAY.negated());
      default -> releaseSome();
    }
  }

  private void awaitAnswers() {
    calls.forEach(TransferChaosIT::status);
  }

  private Instance any() {
    return instances.get(random.nextInt(instances.size()));
  }

  private String account() {
    return accounts.get(random.nextInt(accounts.size()));
  }

  /** No two are the same, so that each can be found in the log. */
  private long cents() {
    return random.nextInt(1, 500) * 1_000_000L + given++;
  }

  private void ask() {
    for (int i = 0; i < 4; i++) {
      transfer(account(), random.nextInt(4) == 0 ? unknown() : account());
    }
    cancel("t-" + random.nextInt(transfers));
    long in = cents();
    move("deposit", account(), in, new Deposited(in));
    long out = cents();
    move("withdraw", account(), out, new Withdrawn(out));
  }

  private String unknown() {
    return "u-" + unknown;
  }

  private void transfer(String from, String to) {
    String id = "t-" + transfers++;
    long cents = cents();
    call(
        "transfer-money",
        "{\"transfer\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"cents\":%d}"
            .formatted(id, from, to, cents),
        TRANSFERS.stream(id),
        new Requested(from, to, cents, "", false)::equals);
  }

  private void cancel(String transfer) {
    call(
        "cancel-transfer",
        "{\"transfer\":\"%s\"}".formatted(transfer),
        TRANSFERS.stream(transfer),
        event -> event instanceof Stopped || event instanceof Rejected);
  }

  private void move(String function, String account, long cents, AccountEvent leaves) {
    call(
        function,
        "{\"account\":\"%s\",\"cents\":%d}".formatted(account, cents),
        ACCOUNTS.stream(account),
        leaves::equals);
  }

  private void call(String function, String body, String stream, Predicate<Object> leaves) {
    BankClient bank = any().process.client();
    Future<Integer> status =
        callers.submit(
            () -> {
              try {
                return bank.post(function, body).status();
              } catch (UncheckedIOException _) {
                return 0;
              }
            });
    calls.add(new Call(function + " " + body, stream, leaves, status));
  }

  /** While money leaves it, some of which has nowhere else to go. */
  private void closeOne() {
    String account = "a-" + closed++;
    transfer(account, unknown());
    transfer(account, account());
    transfer(account, unknown());
    call(
        "close-account",
        "{\"account\":\"%s\"}".formatted(account),
        ACCOUNTS.stream(account),
        new Closed()::equals);
    open("a-" + (closed + 10));
  }

  /** What was sent to it meanwhile came back. */
  private void openUnknown() {
    open(unknown());
    unknown++;
  }

  private void open(String account) {
    call(
        "open-account",
        "{\"account\":\"%s\",\"owner\":\"Ada\"}".formatted(account),
        ACCOUNTS.stream(account),
        new Opened("Ada", "")::equals);
    accounts.add(account);
  }

  private void releaseSome() {
    for (String held : TransferJudge.of(events(log())).transfers(State.HELD)) {
      String to = account();
      call(
          "release-transfer",
          "{\"transfer\":\"%s\",\"to\":\"%s\"}".formatted(held, to),
          TRANSFERS.stream(held),
          event -> event instanceof Released released && released.to().equals(to));
    }
  }

  private void whileItLosesAnswers(Appends fate) {
    Instance loser = any();
    loser.proxy.appends(fate);
    ask();
    pass(A_MOMENT);
    loser.proxy.appends(Appends.PASS);
  }

  /** What it sent arrives late, when the other one has long been at work. */
  private void whileItsWayIsFrozen() {
    Instance frozen = any();
    frozen.cable.freeze();
    ask();
    pass(A_MOMENT);
    openUnknown();
    frozen.cable.thaw();
  }

  private void restartStore(Duration clockOffset) {
    neighbours.stopStore();
    neighbours.startStore(clockOffset);
  }

  private void deleteGroup() {
    unlessAway(neighbours.store().subscriptions().deleteToAll(GROUP));
  }

  /** Someone else is delivered some events for a while, and wants none of them. */
  private void parkSome() {
    CompletableFuture<PersistentSubscription> other =
        neighbours
            .store()
            .subscriptions()
            .subscribeToAll(
                GROUP,
                new PersistentSubscriptionListener() {
                  @Override
                  public void onEvent(
                      PersistentSubscription subscription, int retries, ResolvedEvent event) {
                    subscription.nack(NackAction.Park, "later", event);
                  }
                });
    unlessAway(other);
    ask();
    awaitAnswers();
    unlessAway(other.thenAccept(PersistentSubscription::stop));
  }

  private static void unlessAway(Future<?> action) {
    try {
      action.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException _) {
      // The store is away, or the last one was not made yet.
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void replay() {
    parked
        .replay()
        .onFailure()
        .recoverWithNull() // it is away, or has no group just then
        .await()
        .atMost(LIMIT);
  }

  /** An instance is paused, and then the store, for longer than they wait for each other. */
  private void hang() {
    ask();
    Hang.during(
        any().process.process(),
        () -> {
          ask();
          pass(hang);
        });
    ask();
    neighbours.whileStoreHangs(() -> pass(hang));
  }

  private static void pass(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }

  private void awaitEnd() {
    await("the end")
        .atMost(LIMIT.plus(hang))
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptionsMatching(Unavailable.class::isInstance)
        .until(this::underWay, List::isEmpty);
    AllMoney money = TransferJudge.of(events(log())).money();
    for (Instance instance : instances) {
      BankClient bank = instance.process.client();
      await("what others show of it")
          .atMost(LIMIT)
          .pollInterval(Duration.ofSeconds(1))
          .untilAsserted(
              () -> {
                assertThat(money(bank.get("money").body())).isEqualTo(money);
                assertThat(bank.get("q/metrics").response().body())
                    .containsPattern("foldline_reactions_reminders\\{.*} 0\\.0");
              });
    }
  }

  /** Someone replays what is parked now and then, as operators do. */
  private List<String> underWay() {
    List<String> underWay = new ArrayList<>();
    parked.list(100).await().atMost(LIMIT).forEach(each -> underWay.add("parked " + each));
    if (!underWay.isEmpty()) {
      replay();
    }
    underWay.addAll(TransferJudge.of(events(log())).transfers(State.PROCESSING));
    return underWay;
  }

  private static AllMoney money(JsonNode sums) {
    return new AllMoney(
        sums.path("balances").bigIntegerValue(),
        sums.path("inFlight").bigIntegerValue(),
        sums.path("paidIn").bigIntegerValue(),
        sums.path("paidOut").bigIntegerValue());
  }

  private List<Recorded<StoredEvent>> log() {
    return await()
        .atMost(LIMIT)
        .ignoreExceptionsMatching(Unavailable.class::isInstance)
        .until(this::readLog, _ -> true);
  }

  private List<Recorded<StoredEvent>> readLog() {
    List<Recorded<StoredEvent>> log = new ArrayList<>();
    long before = -1;
    List<Recorded<StoredEvent>> page;
    do {
      page = store.before(before, 1_000).await().atMost(LIMIT);
      log.addAll(page);
      before = page.isEmpty() ? before : page.getLast().position();
    } while (!page.isEmpty());
    Collections.reverse(log);
    return log;
  }

  /** Those of accounts and transfers as what they are, and the others, since they have a time. */
  private static List<Recorded<Object>> events(List<Recorded<StoredEvent>> log) {
    return log.stream()
        .map(
            stored ->
                CODEC.knows(stored.event().type())
                    ? stored.map(event -> CODEC.decode(event).getFirst())
                    : stored.<Object>map(StoredEvent::type))
        .toList();
  }

  private void judge(List<Recorded<StoredEvent>> log) {
    List<Recorded<Object>> events = events(log);
    TransferJudge.of(events).judgeEnd();
    judgeEffects(log);
    Map<String, List<Object>> streams = new HashMap<>();
    events.forEach(
        each -> streams.computeIfAbsent(each.stream(), _ -> new ArrayList<>()).add(each.event()));
    for (Call call : calls) {
      List<Object> found = streams.getOrDefault(call.stream(), List.of());
      int status = status(call);
      String answered = "what was answered %d: %s".formatted(status, call.what());
      switch (status) {
        case 200, 202 -> assertThat(found).as(answered).anyMatch(call.leaves());
        case 422 -> {
          if (ACCOUNTS.isOf(call.stream())) {
            assertThat(found).as(answered).noneMatch(call.leaves());
          }
        }
        default -> assertThat(status).as(answered).isIn(0, 409, 503);
      }
    }
  }

  /** Each of them leaves one event here. */
  private void judgeEffects(List<Recorded<StoredEvent>> log) {
    Set<Object> keys = new HashSet<>();
    for (Recorded<StoredEvent> event : log) {
      if (event.metadata().get("effectKey") instanceof String key) {
        assertThat(keys.add(key)).as("once, %s@%d", event.stream(), event.revision()).isTrue();
      }
    }
  }

  private static int status(Call call) {
    try {
      return call.status().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      throw new AssertionError(call.what(), e);
    }
  }
}
