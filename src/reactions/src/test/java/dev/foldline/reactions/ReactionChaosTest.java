package dev.foldline.reactions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Conflict;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.HandledEffects;
import dev.foldline.core.effects.Cause;
import dev.foldline.core.effects.Stage;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.testing.JavaProcess;
import dev.foldline.testing.StoreProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transfers between a few accounts, some of which are refused, and a letter for each that
 * completes, while at random one of two instances is killed as by {@code kill -9} and comes back as
 * another release or as a broken one, hangs, or loses its connections or the answers to its
 * appends; the store and Redis are killed; groups are deleted; what was parked is replayed;
 * accounts get more effects of others than they remember; and the neighbour that sends the letters
 * hangs, fails after it acted, or loses its answer. In the end all is delivered once more, and each
 * effect took place exactly once, as the raw log has it, each process was told what its targets
 * hold, and the neighbour's ledger has one entry a letter.
 *
 * <p>{@code -Dchaos.steps=200 -Dchaos.seed=7 -Dchaos.hang=90} for the long form: 90 seconds are
 * longer than all time-outs, those that connections and subscriptions have too.
 */
class ReactionChaosTest {

  private static final List<String> ACCOUNTS = List.of("ada", "bob", "eve");
  private static final String NOBODY = "nobody";
  private static final int CENTS = 1_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final long seed = Long.getLong("chaos.seed", 20_261_201);
  private final int steps = Integer.getInteger("chaos.steps", 8);
  private final Duration hang = Duration.ofSeconds(Integer.getInteger("chaos.hang", 6));
  private final Random random = new Random(seed);
  private final List<Reaction<?>> reactions = List.of(Release.FIRST.next(), Release.letters());
  private final List<Instance> instances = new ArrayList<>();
  private int transfers;

  private record Instance(Way way, JavaProcess process) {

    void kill() {
      process.close();
      way.close();
    }
  }

  @Test
  void each_effect_takes_place_exactly_once(@TempDir Path data) throws Exception {
    Path ledger = Files.createDirectory(data.resolve("ledger"));
    try (Ground ground = Ground.killed(data.resolve("store"))) {
      Application bank = ground.application();
      ACCOUNTS.forEach(account -> Ground.open(bank, account, CENTS));
      try {
        start(ground, Release.FIRST, ledger);
        start(ground, Release.OTHER, ledger);
        for (int step = 0; step < steps; step++) {
          requestSome(bank);
          disturb(step, ground, bank, ledger);
        }
        hang(ground, bank);
        heal(ground, ledger);
        awaitEnds(bank, ledger);
        repeat(ground, bank);
        awaitEnds(bank, ledger);
        new Judge(bank, ledger).judge();
      } finally {
        instances.forEach(Instance::kill);
      }
    }
  }

  private void start(Ground ground, Release release, Path ledger) {
    Way way = new Way(ground.server);
    JavaProcess process =
        ApplicationProcess.start(
            way.connectionString(), ground.redis.url(), release, ledger, random.nextLong());
    instances.add(new Instance(way, process));
  }

  private Instance any() {
    return instances.get(random.nextInt(instances.size()));
  }

  private void replace(Ground ground, Release release, Path ledger) {
    Instance old = instances.remove(random.nextInt(instances.size()));
    old.kill();
    start(ground, release, ledger);
  }

  private void disturb(int step, Ground ground, Application bank, Path ledger) {
    // The first ones are what a short run must have.
    switch (step < 4 ? step * 2 : random.nextInt(16)) {
      case 0 -> crowd(bank, ACCOUNTS.get(random.nextInt(ACCOUNTS.size())));
      case 1, 2 -> replace(ground, Release.BROKEN, ledger);
      case 3, 4 -> reactions.forEach(reaction -> deleteGroup(ground, reaction));
      case 5, 6 -> losingAnswers(bank, StoreProxy.Appends.UNANSWERED);
      case 7 -> losingAnswers(bank, StoreProxy.Appends.LOST);
      case 8 -> replace(ground, Release.OTHER, ledger);
      case 9 -> replace(ground, Release.FIRST, ledger);
      case 10 -> {
        ground.server.stop();
        ground.server.comeBack();
      }
      case 11 -> {
        ground.redis.process().kill();
        ground.redis.process().start();
      }
      case 12 -> any().way().cable.cut();
      case 13 -> any().way().cable.silence();
      case 14 -> replay(bank);
      default -> frozen(bank);
    }
  }

  /** What it sent arrives late, when the other one has long been at work. */
  private void frozen(Application bank) {
    Instance frozen = any();
    frozen.way().cable.freeze();
    requestSome(bank);
    pass(Duration.ofSeconds(1));
    frozen.way().cable.thaw();
  }

  private void losingAnswers(Application bank, StoreProxy.Appends fate) {
    Instance loser = any();
    loser.way().proxy.appends(fate);
    requestSome(bank);
    pass(Duration.ofSeconds(1));
    loser.way().proxy.appends(StoreProxy.Appends.PASS);
  }

  /** An account gets more effects of others than it remembers. */
  private void crowd(Application bank, String account) {
    List<StoredEvent> effects =
        IntStream.range(0, HandledEffects.MOST + 100)
            .mapToObj(_ -> Foreign.effect(new UUID(random.nextLong(), random.nextLong())))
            .toList();
    sure(() -> bank.store().append("money-" + account, effects).await().atMost(LIMIT));
  }

  /**
   * Everything is delivered again that accounts do not remember any more, and then something new.
   */
  private void repeat(Ground ground, Application bank) {
    ACCOUNTS.forEach(account -> crowd(bank, account));
    reactions.forEach(reaction -> deleteGroup(ground, reaction));
    requestSome(bank);
  }

  private void deleteGroup(Ground ground, Reaction<?> reaction) {
    try {
      ground.server.subscriptions().deleteToAll(group(reaction)).get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException _) {
      // The store is away, or the last one was not made yet.
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String group(Reaction<?> reaction) {
    return Ground.NAMESPACE.of("reaction-" + reaction.name());
  }

  private void replay(Application bank) {
    for (Reaction<?> reaction : reactions) {
      parked(bank, reaction)
          .replay()
          .onFailure()
          .recoverWithNull() // it is away, or has no group just then
          .await()
          .atMost(LIMIT);
    }
  }

  private static ParkedEvents parked(Application bank, Reaction<?> reaction) {
    return new ParkedEvents(bank.store(), group(reaction));
  }

  /** An instance is paused, and then the store, for longer than they wait for each other. */
  private void hang(Ground ground, Application bank) {
    requestSome(bank);
    any()
        .process()
        .hangWhile(
            () -> {
              requestSome(bank);
              pass(hang);
            });
    requestSome(bank);
    ground.server.hangWhile(() -> pass(hang));
  }

  private static void pass(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }

  private void heal(Ground ground, Path ledger) {
    instances.forEach(instance -> instance.way().heal());
    replace(ground, Release.FIRST, ledger);
    replace(ground, Release.OTHER, ledger);
  }

  private void requestSome(Application bank) {
    for (int i = 0; i < 4; i++) {
      String id = "t" + transfers++;
      String from = ACCOUNTS.get(random.nextInt(ACCOUNTS.size()));
      String to = random.nextInt(8) == 0 ? NOBODY : ACCOUNTS.get(random.nextInt(ACCOUNTS.size()));
      long cents = 1L + random.nextInt(CENTS / 2);
      sure(
          () -> {
            try {
              Ground.transfer(bank, id, from, to, cents);
            } catch (Refused _) {
              // It was requested before, and the answer got lost.
            }
            return id;
          });
    }
  }

  private <T> void sure(Supplier<T> command) {
    await("seed " + seed)
        .atMost(LIMIT)
        .ignoreExceptionsMatching(
            failure ->
                failure instanceof Unavailable
                    || failure instanceof OutcomeUnknown
                    || failure instanceof Conflict)
        .until(
            () -> {
              T _ = command.get();
              return true;
            });
  }

  /** Someone replays what is parked now and then, as operators do. */
  private void awaitEnds(Application bank, Path ledger) {
    await("seed " + seed)
        .atMost(LIMIT.plus(hang))
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptionsMatching(Unavailable.class::isInstance)
        .untilAsserted(
            () -> {
              List<String> stuck = stuck(bank);
              if (!stuck.isEmpty()) {
                replay(bank);
              }
              assertThat(stuck).as("parked, seed %d", seed).isEmpty();
              List<String> ends =
                  IntStream.range(0, transfers).mapToObj(i -> end(bank, "transfer-t" + i)).toList();
              assertThat(ends)
                  .as("ends, seed %d", seed)
                  .allMatch(end -> end.endsWith("completed") || end.endsWith("failed"));
              assertThat(Neighbour.entries(ledger))
                  .as("letters, seed %d", seed)
                  .hasSizeGreaterThanOrEqualTo(
                      (int) ends.stream().filter(end -> end.endsWith("completed")).count());
              assertThat(reactions.stream().flatMap(reaction -> set(bank, reaction)))
                  .as("waiting, seed %d", seed)
                  .isEmpty();
            });
  }

  private static String end(Application bank, String transfer) {
    return bank.store()
        .last(transfer)
        .await()
        .atMost(LIMIT)
        .map(last -> transfer + " " + last.event().type())
        .orElse(transfer + " is not there");
  }

  private static Stream<String> set(Application bank, Reaction<?> reaction) {
    return parked(bank, reaction).list(100).await().atMost(LIMIT).stream()
        .map(each -> each.stream() + "@" + each.revision() + ": " + each.reason());
  }

  private List<String> stuck(Application bank) {
    return reactions.stream()
        .flatMap(reaction -> set(bank, reaction))
        .filter(each -> !each.contains("[waiting]"))
        .toList();
  }

  /** Looks at the raw log, and at the ledger. */
  private final class Judge {

    private final Application bank;
    private final Map<UUID, Recorded<StoredEvent>> effects = new HashMap<>();
    private final Map<String, String> letters;
    private final Map<String, String> expected = new HashMap<>();
    private long lost;

    Judge(Application bank, Path ledger) {
      this.bank = bank;
      this.letters = Neighbour.entries(ledger);
    }

    void judge() {
      log().forEach(this::enter);
      for (int i = 0; i < transfers; i++) {
        judge(bank.stream("transfer-t" + i));
      }
      assertThat(letters).as("the neighbour's ledger, seed %d", seed).isEqualTo(expected);
      long left = ACCOUNTS.stream().mapToLong(this::balance).sum();
      assertThat(left + lost)
          .as("money is neither made nor lost, seed %d", seed)
          .isEqualTo((long) CENTS * ACCOUNTS.size());
    }

    private List<Recorded<StoredEvent>> log() {
      List<Recorded<StoredEvent>> log = new ArrayList<>();
      long before = -1;
      List<Recorded<StoredEvent>> page;
      do {
        page = bank.store().before(before, 1_000).await().atMost(LIMIT);
        log.addAll(page);
        before = page.isEmpty() ? before : page.getLast().position();
      } while (!page.isEmpty());
      return log;
    }

    /** Each effect here leaves one event. */
    private void enter(Recorded<StoredEvent> event) {
      if (event.metadata().get("effectKey") instanceof String text) {
        UUID key = UUID.fromString(text);
        assertThat(effects.put(key, event))
            .as("what else %s@%d did, seed %d", event.stream(), event.revision(), seed)
            .isNull();
      }
    }

    private void judge(List<Recorded<StoredEvent>> process) {
      String transfer = process.getFirst().id();
      Recorded<StoredEvent> requested = process.getFirst();
      JsonNode asked = json(requested);
      Recorded<StoredEvent> taken =
          judge(requested, "take", "transfer-taken", "money-" + asked.get("from").asText());
      int length = 2;
      if (taken.event().type().equals("transfer-taken")) {
        Recorded<StoredEvent> ended =
            judge(taken, "give", "transfer-completed", "money-" + asked.get("to").asText());
        length = 3;
        if (ended.event().type().equals("transfer-completed")) {
          expected.put(
              new Cause<>(Ground.NAMESPACE, Release.letters().name(), ended, 0)
                  .key("letter", Stage.ACT)
                  .toString(),
              transfer);
        } else {
          lost += asked.get("cents").asLong();
        }
      }
      assertThat(process).as("%s, seed %d", transfer, seed).hasSize(length);
    }

    /** What the process was told is what the target holds. */
    private Recorded<StoredEvent> judge(
        Recorded<StoredEvent> cause, String effect, String done, String target) {
      String what = "%s of %s, seed %d".formatted(effect, cause.stream(), seed);
      Recorded<StoredEvent> outcome = find(cause, effect, Stage.ACT, what);
      Recorded<StoredEvent> answer = find(cause, effect, Stage.ANSWER, what);
      assertThat(outcome.stream()).as(what).isEqualTo(target);
      assertThat(answer.stream()).as(what).isEqualTo(cause.stream());
      assertThat(answer.revision()).as(what).isEqualTo(cause.revision() + 1);
      if (outcome.event().isMark()) {
        assertThat(answer.event().type()).as(what).isEqualTo("transfer-failed");
        assertThat(json(answer).get("code")).as(what).isEqualTo(json(outcome).get("refused"));
      } else {
        assertThat(answer.event().type()).as(what).isEqualTo(done);
        assertThat(json(outcome).get("cents")).as(what).isEqualTo(json(cause).get("cents"));
        assertThat(json(outcome).get("transfer").asText()).as(what).startsWith(cause.id() + "/");
      }
      return answer;
    }

    private Recorded<StoredEvent> find(
        Recorded<StoredEvent> cause, String effect, Stage stage, String what) {
      UUID key =
          new Cause<>(Ground.NAMESPACE, Release.FIRST.next().name(), cause, 0).key(effect, stage);
      Recorded<StoredEvent> found = effects.get(key);
      if (found == null) {
        throw new AssertionError("there is no " + stage + " for " + what);
      }
      return found;
    }

    private long balance(String account) {
      long cents = 0;
      for (Recorded<StoredEvent> event : all("money-" + account)) {
        cents +=
            switch (event.event().type()) {
              case "money-deposited", "money-received" -> json(event).get("cents").asLong();
              case "money-sent" -> -json(event).get("cents").asLong();
              default -> 0;
            };
        assertThat(cents).as("%s at %d, seed %d", account, event.revision(), seed).isNotNegative();
      }
      return cents;
    }

    private List<Recorded<StoredEvent>> all(String stream) {
      List<Recorded<StoredEvent>> all = new ArrayList<>();
      List<Recorded<StoredEvent>> page;
      do {
        page = bank.store().remaining(stream, all.size(), 1_000).await().atMost(LIMIT);
        all.addAll(page);
      } while (!page.isEmpty());
      return all;
    }

    private static JsonNode json(Recorded<StoredEvent> event) {
      try {
        return JSON.readTree(new String(event.event().data(), UTF_8));
      } catch (JsonProcessingException e) {
        throw new AssertionError(e);
      }
    }
  }
}
