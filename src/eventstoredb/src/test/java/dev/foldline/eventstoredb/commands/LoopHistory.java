package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Appended;
import dev.foldline.core.Caller;
import dev.foldline.core.Decider;
import dev.foldline.core.Forbidden;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import dev.foldline.core.commands.Answer;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.CommandLoop;
import dev.foldline.core.commands.HandledEffects;
import dev.foldline.core.commands.Happened;
import dev.foldline.core.commands.KeyedRequest;
import dev.foldline.core.commands.Next;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.core.commands.StreamState;
import dev.foldline.eventstoredb.commands.Counter.Command;
import dev.foldline.eventstoredb.events.EventMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** One history of nodes that handle commands on one stream, made by its seed. */
final class LoopHistory {

  /** What may be wrong, to see that it is found out. */
  enum Break {
    NONE,
    /** The store appends at any revision. */
    UNCHECKED_REVISION,
    /** An instance knows no idempotency key. */
    FORGOTTEN_KEYS,
    /** An append that was not answered counts as not done. */
    UNKNOWN_IS_FAILED,
    /** What was refused on a cached state is not verified. */
    STALE_IS_VERIFIED,
    /** Anyone may give any command. */
    UNGUARDED,
    /** An instance does not remember whose commands were done. */
    FORGOTTEN_USERS,
    /** An instance takes what others did for Bob's. */
    MISTAKEN_USERS
  }

  /** What came to pass. */
  static final class Seen {
    private int conflicts;
    private int unknown;
    private int repeats;
    private int refusals;
    private int forbidden;
    private int foreign;
    private int withdrawn;

    void add(Seen other) {
      conflicts += other.conflicts;
      unknown += other.unknown;
      repeats += other.repeats;
      refusals += other.refusals;
      forbidden += other.forbidden;
      foreign += other.foreign;
      withdrawn += other.withdrawn;
    }

    int conflicts() {
      return conflicts;
    }

    int unknown() {
      return unknown;
    }

    int repeats() {
      return repeats;
    }

    int refusals() {
      return refusals;
    }

    int forbidden() {
      return forbidden;
    }

    int foreign() {
      return foreign;
    }

    int withdrawn() {
      return withdrawn;
    }
  }

  private static final String STREAM = "counter-1";
  private static final Encoding ENCODING = new Encoding(Instance.CODEC, STREAM);
  private static final int MUCH = 8;
  private static final List<Caller> CALLERS =
      List.of(Caller.ANONYMOUS, new Caller("ada", Set.of("teller")), new Caller("bob", Set.of()));

  private static final Decider<Command, Counter, Counter.Event> UNGUARDED =
      new Decider<>(
          Counter.COUNTERS,
          _ -> "1",
          Counter.DECIDER.initial(),
          Counter::decide,
          Counter.DECIDER.evolve());

  private static final Decider<Command, Counter, Counter.Event> GUARDED =
      UNGUARDED.guardedBy((caller, _, counter) -> may(caller, Counter.amount(counter)));

  /** Whoever is no teller may do nothing with much. */
  private static boolean may(Caller caller, long amount) {
    return caller.hasRole("teller") || amount < MUCH;
  }

  private static final int QUIET_AFTER = 150;
  private static final int ENDED_AFTER = 2_000;

  private final long seed;
  private final Break broken;
  private final Random random;
  private final RecentKeys.Window window;
  private final List<Recorded<StoredEvent>> stream = new ArrayList<>();
  private final List<Runnable> late = new ArrayList<>();
  private final List<Sent> all = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Seen seen = new Seen();
  private int steps;

  LoopHistory(long seed, Break broken) {
    this.seed = seed;
    this.broken = broken;
    this.random = new Random(seed);
    int keys = broken == Break.FORGOTTEN_KEYS ? 0 : 100;
    this.window = new RecentKeys.Window(keys, Duration.ofDays(1), () -> Instant.EPOCH);
  }

  /** A command as one instance was sent it. */
  private static final class Sent {
    private final Asked<Command> asked;
    private final int since;
    private @Nullable Answer answer;
    private int until;
    private boolean sent;
    private boolean gone;

    Sent(Asked<Command> asked, int since) {
      this.asked = asked;
      this.since = since;
    }
  }

  /** An instance of an application: its cache, and what it does for one stream. */
  private final class Node {

    private final Deque<Asked<Command>> waiting = new ArrayDeque<>();
    private @Nullable StreamState<Counter> cached;
    private @Nullable CommandLoop<Command, Counter, Counter.Event> loop;
    private Next<Counter> due = new Next.End<>();
    private List<Sent> batch = List.of();

    boolean isIdle() {
      return loop == null && waiting.isEmpty();
    }

    void step() {
      if (loop == null) {
        start();
        return;
      }
      switch (due) {
        case Next.Load<Counter> _ -> happened(read(nothing(), Set.of()));
        case Next.CatchUp<Counter>(var from, var sought, _, _) ->
            happened(
                faulty(10) ? new Happened.Failed<>(new Unavailable("away")) : read(from, sought));
        case Next.Append<Counter> append -> happened(append(append));
        case Next.End<Counter> _ -> loop = null;
      }
    }

    private void start() {
      List<Asked<Command>> commands = new ArrayList<>();
      for (int i = 1 + random.nextInt(4); i > 0 && !waiting.isEmpty(); i--) {
        commands.add(waiting.remove());
      }
      if (commands.isEmpty()) {
        return;
      }
      batch = commands.stream().map(asked -> new Sent(asked, stream.size())).toList();
      all.addAll(batch);
      loop =
          new CommandLoop<>(
              broken == Break.UNGUARDED ? UNGUARDED : GUARDED,
              STREAM,
              commands,
              20,
              ENCODING.deciding((asked, state) -> Counter.decide(asked.command(), state)));
      happened(new Happened.Came<>(random.nextInt(4) == 0 ? null : cached));
    }

    private void happened(Happened<Counter> happened) {
      var turn = Objects.requireNonNull(loop).next(happened, new BitSet());
      turn.answers().forEach((i, answer) -> answered(batch.get(i), answer));
      cached = turn.known() == null ? cached : turn.known();
      due = turn.next();
      if (broken == Break.STALE_IS_VERIFIED
          && due instanceof Next.CatchUp<Counter> verifying
          && verifying.reason() == Next.Reason.VERIFY) {
        happened(new Happened.Read<>(verifying.from(), Map.of()));
      }
    }

    private void answered(Sent sent, Answer answer) {
      assertThat(sent.answer).as("answered twice, seed %d", seed).isNull();
      sent.answer = answer;
      sent.until = stream.size();
    }

    private Happened<Counter> append(Next.Append<Counter> append) {
      List<Sent> writers = append.commands().stream().mapToObj(batch::get).toList();
      if (faulty(20) && !writers.getFirst().sent) {
        writers.getFirst().gone = true;
        seen.withdrawn++;
        return new Happened.Withdrawn<>(
            BitSet.valueOf(new long[] {1L << append.commands().nextSetBit(0)}));
      }
      writers.forEach(writer -> writer.sent = true);
      int dice = steps > QUIET_AFTER ? 99 : random.nextInt(100);
      try {
        if (dice < 8) {
          return lost();
        } else if (dice < 16) {
          write(append);
          return lost();
        } else if (dice < 24) {
          late.add(() -> writeIfRight(append));
          return lost();
        } else if (dice < 30) {
          return new Happened.Failed<>(new Unavailable("away"));
        }
        return new Happened.Done<>(write(append));
      } catch (WrongRevision e) {
        seen.conflicts++;
        return new Happened.Failed<>(e);
      }
    }

    private Happened<Counter> lost() {
      seen.unknown++;
      return new Happened.Failed<>(
          broken == Break.UNKNOWN_IS_FAILED
              ? new WrongRevision(STREAM)
              : new OutcomeUnknown(STREAM));
    }
  }

  private boolean faulty(int percent) {
    return steps <= QUIET_AFTER && random.nextInt(100) < percent;
  }

  private StreamState<Counter> nothing() {
    return StreamState.nothing(Counter.DECIDER.initial(), window);
  }

  private Happened<Counter> read(StreamState<Counter> from, Set<UUID> sought) {
    StreamState<Counter> now = from.apart();
    RecentKeys keys = now.keys();
    HandledEffects effects = now.effects();
    Map<UUID, Long> found = new HashMap<>();
    for (Recorded<StoredEvent> event : stream.subList((int) from.revision() + 1, stream.size())) {
      EventMetadata.remember(event, key -> keys.add(remembered(key)), effects::add);
      now =
          new StreamState<>(
              Counter.DECIDER.fold(now.state(), List.of(decoded(event))),
              event.revision(),
              event.position(),
              event.eventId(),
              event.revision(),
              keys,
              effects);
      if (sought.contains(event.eventId())) {
        found.put(event.eventId(), event.revision());
      }
    }
    return new Happened.Read<>(now, found);
  }

  private RecentKeys.Entry remembered(RecentKeys.Entry done) {
    return switch (broken) {
      case FORGOTTEN_USERS -> by("", done);
      case MISTAKEN_USERS -> by("bob", done);
      case NONE,
          UNCHECKED_REVISION,
          FORGOTTEN_KEYS,
          UNKNOWN_IS_FAILED,
          STALE_IS_VERIFIED,
          UNGUARDED ->
          done;
    };
  }

  private static RecentKeys.Entry by(String user, RecentKeys.Entry done) {
    return new RecentKeys.Entry(
        done.key(), done.ordinal(), done.request(), user, done.revision(), done.time());
  }

  private static Counter.Event decoded(Recorded<StoredEvent> event) {
    return Instance.CODEC.decode(event, Counter.COUNTERS).getFirst().event();
  }

  /** As an event store: what is there already at the revision is a success without an effect. */
  private Appended write(Next.Append<Counter> append) {
    int from = (int) append.expected() + 1;
    if (from != stream.size() && broken != Break.UNCHECKED_REVISION) {
      return repeated(append, from);
    }
    append
        .events()
        .forEach(
            event ->
                stream.add(
                    new Recorded<>(
                        event,
                        event.id(),
                        STREAM,
                        stream.size(),
                        stream.size(),
                        Instant.EPOCH,
                        Map.of())));
    return new Appended(stream.size() - 1, stream.size() - 1);
  }

  private Appended repeated(Next.Append<Counter> append, int from) {
    int end = from + append.events().size();
    if (end > stream.size()
        || !append.events().stream()
            .map(StoredEvent::id)
            .toList()
            .equals(stream.subList(from, end).stream().map(Recorded::eventId).toList())) {
      throw new WrongRevision(STREAM);
    }
    return new Appended(end - 1, end - 1);
  }

  private void writeIfRight(Next.Append<Counter> append) {
    try {
      write(append);
    } catch (WrongRevision e) {
      assertThat(e).isNotNull(); // it came too late
    }
  }

  Seen run() {
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      nodes.add(new Node());
    }
    for (int i = 2 + random.nextInt(10); i > 0; i--) {
      send();
    }
    while (!late.isEmpty() || !nodes.stream().allMatch(Node::isIdle)) {
      assertThat(steps++).as("steps, seed %d", seed).isLessThan(ENDED_AFTER);
      if (!late.isEmpty() && random.nextInt(4) == 0) {
        late.remove(random.nextInt(late.size())).run();
      } else {
        nodes.get(random.nextInt(nodes.size())).step();
      }
    }
    check();
    return seen;
  }

  /** A command to some instance, and where it has a key, perhaps to another one too. */
  private void send() {
    Command command =
        switch (random.nextInt(4)) {
          case 0 -> new Command.Take(1 + random.nextInt(5));
          case 1 -> new Command.TakeAll();
          case 2 -> new Command.AddOneByOne(1 + random.nextInt(3));
          default -> new Command.Add(1 + random.nextInt(5));
        };
    boolean keyed = random.nextBoolean();
    KeyedRequest request =
        Instance.keyed(new UUID(0, all.size() + random.nextLong()).toString(), command);
    for (int times = keyed ? 1 + random.nextInt(3) : 1; times > 0; times--) {
      CommandContext context = keyed ? Instance.said(request) : CommandContext.NONE;
      nodes
          .get(random.nextInt(nodes.size()))
          .waiting
          .add(
              new Asked<>(
                  command,
                  context.by(CALLERS.get(random.nextInt(CALLERS.size()))),
                  keyed ? CommandIdentity.of(request, 0) : CommandIdentity.ofThisCall()));
    }
  }

  private void check() {
    long[] amounts = amounts();
    assertThat(LongStream.of(amounts)).as("amounts, seed %d", seed).allMatch(it -> it >= 0);
    assertThat(new HashSet<>(stream.stream().map(Recorded::eventId).toList()))
        .as("no event is there twice, seed %d", seed)
        .hasSameSizeAs(stream);
    for (Sent sent : all) {
      check(sent, amounts);
    }
  }

  private void check(Sent sent, long[] amounts) {
    Caller caller = sent.asked.context().caller();
    List<Long> wrote = revisions(sent.asked, caller);
    List<Long> others =
        CALLERS.stream()
            .filter(other -> !other.equals(caller))
            .flatMap(other -> revisions(sent.asked, other).stream())
            .toList();
    String what = sent.asked + ", answer " + sent.answer + ", wrote " + wrote + ", seed " + seed;
    for (int i = 1; i < wrote.size(); i++) {
      assertThat(wrote.get(i)).as("one effect of %s", what).isEqualTo(wrote.get(i - 1) + 1);
    }
    if (!wrote.isEmpty()) {
      assertThat(others).as("one effect, whoever asks: %s", what).isEmpty();
      assertThat(may(caller, amounts[wrote.getFirst().intValue()]))
          .as("done by whoever may: %s", what)
          .isTrue();
    }
    switch (sent.answer) {
      case null -> assertThat(sent.gone).as("answered: %s", what).isTrue();
      case Answer.Done(Receipt receipt)
          when !wrote.isEmpty() && receipt.revision() == wrote.getLast() ->
          seen.repeats += receipt.replayed() ? 1 : 0;
      case Answer.Done(Receipt receipt) when receipt.replayed() -> {
        seen.foreign++;
        assertThat(others).as("done by others: %s", what).last().isEqualTo(receipt.revision());
        assertThat(within(sent, amounts).anyMatch(amount -> may(caller, amount)))
            .as("shown to whoever might do it: %s", what)
            .isTrue();
      }
      case Answer.Done _ ->
          assertThat(
                  sent.asked.command() instanceof Command.TakeAll
                      && within(sent, amounts).anyMatch(amount -> amount == 0))
              .as("its own receipt, or nothing to do: %s", what)
              .isTrue();
      case Answer.Failed(Refused _) -> {
        seen.refusals++;
        long wanted = ((Command.Take) sent.asked.command()).amount();
        assertThat(within(sent, amounts).anyMatch(amount -> amount < wanted))
            .as("refused on a state that was: %s", what)
            .isTrue();
      }
      case Answer.Failed(Forbidden _) -> {
        seen.forbidden++;
        assertThat(within(sent, amounts).allMatch(amount -> may(caller, amount)))
            .as("forbidden in a state that was: %s", what)
            .isFalse();
        assertThat(!caller.isAnonymous() && !wrote.isEmpty() && wrote.getLast() < sent.since)
            .as("its own, which is shown: %s", what)
            .isFalse();
      }
      case Answer.Failed(OutcomeUnknown _) -> {}
      case Answer.Failed(var cause) ->
          assertThat(wrote.isEmpty() || sent.asked.identity() instanceof CommandIdentity.OfRequest)
              .as("no effect, for it failed: %s, %s", what, cause)
              .isTrue();
    }
  }

  /** What the counter held while the command was on its way. */
  private static LongStream within(Sent sent, long[] amounts) {
    return LongStream.of(amounts).skip(sent.since).limit(sent.until - sent.since + 1L);
  }

  /** The counter before any event, and after each. */
  private long[] amounts() {
    long[] amounts = new long[stream.size() + 1];
    Counter counter = Counter.DECIDER.initial();
    for (int i = 0; i < stream.size(); i++) {
      counter = Counter.DECIDER.fold(counter, List.of(decoded(stream.get(i))));
      amounts[i + 1] = Counter.amount(counter);
    }
    return amounts;
  }

  /** Where the events of a command are, if it was this caller's. */
  private List<Long> revisions(Asked<Command> asked, Caller caller) {
    Set<UUID> ids = new HashSet<>();
    List<Long> found = new ArrayList<>();
    for (Recorded<StoredEvent> event : stream) {
      for (int i = 0; i < 4; i++) {
        UUID id =
            asked.identity().eventId(STREAM, caller, i, event.event().type(), event.event().data());
        if (id.equals(event.eventId()) && ids.add(id)) {
          found.add(event.revision());
        }
      }
    }
    return found;
  }
}
