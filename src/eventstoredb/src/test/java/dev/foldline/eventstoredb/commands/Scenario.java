package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.foldline.core.Caller;
import dev.foldline.core.Conflict;
import dev.foldline.core.KeyReused;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.Precondition;
import dev.foldline.eventstoredb.commands.Counter.Command;
import dev.foldline.eventstoredb.commands.Counter.Event;
import dev.foldline.testing.Faults.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One random history on one stream, and what must be true of it. */
final class Scenario {

  private static final List<Fault> FAULTS = List.of(Fault.values());

  /** A command as its caller means it: all sends of one with a key are the same command. */
  private record Asked(int number, Optional<String> key, Command command) {}

  /**
   * One send of a command.
   *
   * @param seen the highest revision that anybody had been told when it was sent
   */
  private record Send(Asked asked, long seen, CompletableFuture<Receipt> answer) {}

  /** The process of an instance, until it crashes. */
  private final class Running {

    private final CompletableFuture<Receipt> crash = new CompletableFuture<>();
    private final Instance instance;

    Running() {
      CommandOptions options =
          new CommandOptions(
              30,
              100,
              100,
              1 + random.nextInt(10),
              random.nextBoolean() ? 100 : 0,
              rememberedKeys,
              Duration.ofHours(1),
              random.nextBoolean() ? 3 : 0,
              Set.of());
      instance = new Instance(streams, new Flaky(), options, this::fault, broken);
    }

    private synchronized Fault fault(String point) {
      if (crash.isDone()) {
        return Fault.CRASH_BEFORE;
      }
      Fault fault =
          calm || chance.nextInt(100) >= 25
              ? Fault.NONE
              : FAULTS.get(chance.nextInt(FAULTS.size()));
      if (fault == Fault.CRASH_BEFORE || fault == Fault.CRASH_AFTER) {
        crash.completeExceptionally(new Crashed());
      }
      return fault;
    }
  }

  private static final class Crashed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Snapshots of all instances, which get lost, old and corrupt. */
  private final class Flaky implements Snapshots {

    @Override
    public CompletionStage<Optional<String>> load(String name) {
      synchronized (snapshots) {
        return CompletableFuture.completedStage(
            switch (chance.nextInt(6)) {
              case 0 -> Optional.empty();
              case 1 -> Optional.of("{\"schema\":");
              case 2 -> snapshots.stream().findFirst();
              default -> snapshots.reversed().stream().findFirst();
            });
      }
    }

    @Override
    public CompletionStage<Void> save(String name, String snapshot) {
      synchronized (snapshots) {
        snapshots.add(snapshot);
      }
      return CompletableFuture.completedStage(null);
    }
  }

  private final String id = UUID.randomUUID().toString();
  private final String stream = "counter-" + id;
  private final long seed;

  /** Of what is sent: the same for each run of the seed. */
  private final Random random;

  /** Of what goes wrong: its order depends on threads. */
  private final Random chance;

  private final int waves;
  private final Streams streams;
  private final UnaryOperator<Streams> broken;
  private final int rememberedKeys;
  private final List<String> snapshots = new ArrayList<>();
  private final List<Running> processes = new ArrayList<>();
  private final List<Running> all = new ArrayList<>();
  private final List<Asked> asked = new ArrayList<>();
  private final List<Send> sends = new ArrayList<>();
  private volatile boolean calm;

  /**
   * @param waves how many times commands are sent together
   * @param broken what is put between the instances and the network, to see that it is found out
   */
  Scenario(
      long seed, int waves, Streams streams, UnaryOperator<Streams> broken, int rememberedKeys) {
    this.seed = seed;
    this.waves = waves;
    this.random = new Random(seed);
    this.chance = new Random(seed * 31);
    this.streams = streams;
    this.broken = broken;
    this.rememberedKeys = rememberedKeys;
  }

  int unknown() {
    return all.stream().mapToInt(process -> process.instance.heard.unknown.get()).sum();
  }

  int crashes() {
    return (int) all.stream().filter(process -> process.crash.isDone()).count();
  }

  /** Sends commands in waves, replaces instances that crashed, repeats what is unknown. */
  void run() {
    int instances = 2 + random.nextInt(3);
    for (int i = 0; i < instances; i++) {
      processes.add(start());
    }
    for (int wave = 0; wave < waves; wave++) {
      long seen = highestReceipt();
      List<Send> together = new ArrayList<>();
      int size = 1 + random.nextInt(6);
      for (int i = 0; i < size; i++) {
        together.add(send(next(), seen, processes.get(random.nextInt(instances))));
      }
      sends.addAll(together);
      together.forEach(sent -> await(sent.answer()));
      processes.replaceAll(process -> process.crash.isDone() ? start() : process);
    }
    calm = true;
    Running last = start();
    for (Asked command : List.copyOf(asked)) {
      if (command.key().isPresent() && random.nextBoolean()) {
        Send repeat = send(command, highestReceipt(), last);
        sends.add(repeat);
        await(repeat.answer());
      }
    }
  }

  private Running start() {
    Running process = new Running();
    all.add(process);
    return process;
  }

  private long highestReceipt() {
    return sends.stream()
        .filter(sent -> sent.answer().state() == CompletableFuture.State.SUCCESS)
        .mapToLong(sent -> sent.answer().resultNow().revision())
        .max()
        .orElse(-1);
  }

  /** A new command, a repeat, or another command with a key that was used. */
  private Asked next() {
    int kind = random.nextInt(10);
    if (kind < 4 && !asked.isEmpty()) {
      Asked before = asked.get(random.nextInt(asked.size()));
      if (before.key().isPresent() && kind > 0) {
        return before;
      }
      return ask(before.key());
    }
    return ask(random.nextInt(4) > 0 ? Optional.of("key " + asked.size()) : Optional.empty());
  }

  private Asked ask(Optional<String> key) {
    Command content = command();
    return asked.stream()
        .filter(known -> key.isPresent() && known.key().equals(key))
        .filter(known -> known.command().equals(content))
        .findFirst()
        .orElseGet(
            () -> {
              Asked command = new Asked(asked.size(), key, content);
              asked.add(command);
              return command;
            });
  }

  private Command command() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> new Command.Add(1 + random.nextInt(100));
      case 2 -> new Command.AddOneByOne(1 + random.nextInt(4));
      case 3, 4 -> new Command.Take(1 + random.nextInt(60));
      default -> new Command.TakeAll();
    };
  }

  private Send send(Asked command, long seen, Running process) {
    Duration patience =
        !calm && random.nextInt(10) == 0
            ? Duration.ofMillis(1 + random.nextInt(5))
            : Duration.ofSeconds(10);
    process.instance.context =
        new CommandContext(
            Caller.ANONYMOUS,
            command.key().map(key -> Instance.keyed(key, command.command())),
            new Precondition.None(),
            Map.of("number", Integer.toString(command.number())),
            patience);
    CompletableFuture<Receipt> answer =
        process.instance.handle(id, command.command()).subscribeAsCompletionStage();
    CompletableFuture<Receipt> heard = new CompletableFuture<>();
    CompletableFuture<?> _ =
        process.crash.whenComplete((_, crash) -> heard.completeExceptionally(crash));
    CompletableFuture<?> _ =
        answer.whenComplete(
            (receipt, failure) -> {
              if (failure == null) {
                heard.complete(receipt);
              } else {
                heard.completeExceptionally(failure);
              }
            });
    return new Send(command, seen, heard);
  }

  private static void await(CompletableFuture<Receipt> answer) {
    try {
      answer.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException _) {
      // an answer as well
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }

  private @Nullable Throwable failure(Send sent) {
    if (sent.answer().state() == CompletableFuture.State.SUCCESS) {
      return null;
    }
    Throwable failure = sent.answer().exceptionNow();
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /**
   * What a command wrote.
   *
   * @param first the revision of its first event
   */
  private record Written(Asked asked, long first, long last) {}

  /** Whether the stream and all answers are those of some sequential history. */
  void check() {
    try {
      List<Recorded<StoredEvent>> events =
          streams.read(stream, 0, 1_000).toCompletableFuture().join();
      List<Counter> states = new ArrayList<>(List.of(new Counter.Empty()));
      for (Recorded<StoredEvent> event : events) {
        Event decoded = Instance.CODEC.decode(event, Counter.COUNTERS).getFirst().event();
        states.add(Counter.DECIDER.evolve().apply(states.getLast(), decoded));
      }
      Map<Integer, Written> written = new HashMap<>();
      int from = 0;
      while (from < events.size()) {
        Asked command = asked.get(number(events.get(from)));
        List<Event> decided = Counter.decide(command.command(), states.get(from));
        int to = from + decided.size();
        assertThat(
                events.subList(from, Math.min(to, events.size())).stream()
                    .flatMap(
                        event ->
                            Instance.CODEC.decode(event, Counter.COUNTERS).stream()
                                .map(Recorded::event))
                    .toList())
            .as("what %s decides at revision %d", command, from)
            .isEqualTo(decided);
        Written before = written.put(command.number(), new Written(command, from, to - 1L));
        assertThat(before).as("an effect before that of %s at %d", command, from).isNull();
        from = to;
      }
      checkKeys(written);
      for (Send sent : sends) {
        check(sent, written, states);
      }
    } catch (RuntimeException e) {
      throw new AssertionError("sequence " + seed, e);
    } catch (AssertionError e) {
      throw new AssertionError("sequence " + seed + ": " + e.getMessage(), e);
    }
  }

  private static int number(Recorded<StoredEvent> event) {
    return Integer.parseInt(String.valueOf(event.metadata().get("number")));
  }

  private static void checkKeys(Map<Integer, Written> written) {
    Map<String, Asked> keys = new HashMap<>();
    for (Written each : written.values()) {
      each.asked()
          .key()
          .ifPresent(
              key ->
                  assertThat(keys.put(key, each.asked()))
                      .as("an effect of the key of %s", each.asked())
                      .isNull());
    }
  }

  private void check(Send sent, Map<Integer, Written> written, List<Counter> states) {
    Asked command = sent.asked();
    @Nullable Written effect = written.get(command.number());
    switch (failure(sent)) {
      case null -> checkReceipt(sent, sent.answer().resultNow(), effect, states);
      case Refused _ -> {
        assertThat(effect == null || command.key().isPresent())
            .as("an effect of the refused %s", command)
            .isTrue();
        assertThat(states.subList((int) sent.seen() + 1, states.size()))
            .as("a state not before %d that refuses %s", sent.seen(), command)
            .anyMatch(state -> refuses(state, command.command()));
      }
      case KeyReused _ ->
          assertThat(written.values())
              .as("another command with the key of %s", command)
              .anyMatch(
                  other ->
                      other.asked().key().equals(command.key()) && !other.asked().equals(command));
      case Unavailable _, Conflict _ -> {
        boolean perhaps =
            sends.stream().anyMatch(other -> other.asked().equals(command) && mayHaveDone(other));
        assertThat(effect == null || perhaps).as("no effect of the failed %s", command).isTrue();
      }
      case OutcomeUnknown _, Crashed _ -> {}
      case Throwable other -> fail("an answer to %s".formatted(command), other);
    }
  }

  private boolean mayHaveDone(Send sent) {
    @Nullable Throwable failure = failure(sent);
    return failure == null || failure instanceof OutcomeUnknown || failure instanceof Crashed;
  }

  private void checkReceipt(
      Send sent, Receipt receipt, @Nullable Written effect, List<Counter> states) {
    if (effect != null && effect.last() == receipt.revision()) {
      assertThat(receipt.replayed() || effect.first() > firstSent(sent.asked()).seen())
          .as("an effect of %s after what was seen", sent)
          .isTrue();
    } else {
      assertThat(receipt.revision())
          .as("what the receipt of %s saw", sent)
          .isGreaterThanOrEqualTo(sent.seen());
      Counter then = states.get((int) receipt.revision() + 1);
      assertThat(Counter.decide(sent.asked().command(), then))
          .as("what %s does at revision %d", sent.asked(), receipt.revision())
          .isEmpty();
    }
  }

  private Send firstSent(Asked command) {
    return sends.stream().filter(sent -> sent.asked().equals(command)).findFirst().orElseThrow();
  }

  private static boolean refuses(Counter counter, Command command) {
    try {
      List<Event> _ = Counter.decide(command, counter);
      return false;
    } catch (Refused _) {
      return true;
    }
  }
}
