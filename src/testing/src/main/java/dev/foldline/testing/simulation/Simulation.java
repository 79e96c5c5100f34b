package dev.foldline.testing.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.foldline.core.Activity;
import dev.foldline.core.Caller;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Performs;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.KeyedRequest;
import dev.foldline.core.commands.RequestMacs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Deciders and reactions in memory, with a log of their own, until nothing is left to do; and with
 * all that networks and processes do to them, made by a seed:
 *
 * <pre>{@code
 * Simulation.withSeeds(
 *     LongStream.range(0, 200),
 *     seed -> {
 *       Simulation bank = Simulation.of(Transfer.NEXT);
 *       bank.give(Account.DECIDER, new Open("a", "Ada"), new Deposit("a", 100));
 *       bank.run();
 *       bank.give(Transfer.DECIDER, new Request("t", "a", "b", 30));
 *       bank.run(seed);
 *       assertThat(bank.state(Transfer.DECIDER, "t").step().isLast()).isTrue();
 *     });
 * }</pre>
 *
 * <p>What is done for a command and an effect are the very steps of an application. Every reaction
 * begins with the first event. It is {@link Instant#EPOCH} until a test {@linkplain #at says}
 * otherwise, nothing is deleted, and no event is an earlier version's. Used by one thread at a
 * time.
 */
public final class Simulation {

  private static final int MOST_STEPS = 50_000;

  /** So many of the last events are shown where it fails. */
  private static final int SHOWN = 200;

  private static final RequestMacs MACS =
      new RequestMacs(List.of("simulation:c2ltdWxhdGVkIHNlY3JldCE="));

  private final World world;
  private final List<Deliveries<?>> deliveries = new ArrayList<>();
  private final Map<Activity<?, ?>, Performs<?, ?>> performers = new HashMap<>();
  private final Map<Object, String> outcomes = new HashMap<>();
  private int given;

  private Simulation() {
    this.world = new World(new Log(), performers, new ArrayList<>(), new Agenda());
  }

  /**
   * Of these reactions, and of whatever deciders commands are for.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  public static Simulation of(Reaction<?>... reactions) {
    Simulation simulation = new Simulation();
    Set<String> names = new HashSet<>();
    for (Reaction<?> reaction : reactions) {
      if (!names.add(reaction.name())) {
        throw new IllegalArgumentException("two reactions are called '" + reaction + "'");
      }
      simulation.deliveries.add(new Deliveries<>(simulation.world, reaction));
    }
    return simulation;
  }

  /**
   * Runs a test with each of these seeds. One that fails says with which: that one alone is {@code
   * LongStream.of(seed)}.
   *
   * @throws AssertionError of the first that fails
   */
  public static void withSeeds(LongStream seeds, LongConsumer test) {
    seeds
        .sequential()
        .forEach(
            seed -> {
              try {
                test.accept(seed);
              } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("with seed " + seed + ": " + e.getMessage(), e);
              }
            });
  }

  /**
   * Who does an activity. What it throws is tried again, ten times at most; then it has failed,
   * with {@code gave-up}.
   */
  public <I, O> Simulation performing(Activity<I, O> activity, Performs<I, O> performs) {
    performers.put(activity, performs);
    return this;
  }

  /**
   * Gives commands as nobody in particular, one after another where nothing goes wrong and at once
   * where it does. They are handled when it {@linkplain #run runs}.
   *
   * @throws dev.foldline.core.Invalid if one names no stream
   */
  @SafeVarargs
  public final <C> void give(Decider<C, ?, ?> decider, C... commands) {
    give(Caller.ANONYMOUS, decider, commands);
  }

  /**
   * Gives commands as someone. Each has an idempotency key, under which its client sends it until
   * it has an answer.
   *
   * @throws dev.foldline.core.Invalid if one names no stream
   */
  @SafeVarargs
  public final <C> void give(Caller caller, Decider<C, ?, ?> decider, C... commands) {
    for (C command : commands) {
      KeyedRequest request =
          new KeyedRequest("command-" + given++, command.toString().getBytes(UTF_8), MACS);
      Asked<C> asked =
          new Asked<>(command, CommandContext.NONE.by(caller), CommandIdentity.of(request, 0));
      world
          .underWay()
          .add(
              new ClientCommand<>(
                  world, decider, asked, outcome -> outcomes.put(command, outcome)));
    }
  }

  /**
   * Goes on to an instant: what is due by then takes place when it {@linkplain #run runs}.
   *
   * @throws IllegalArgumentException if it is over
   */
  public Simulation at(Instant instant) {
    if (instant.isBefore(world.log().now())) {
      throw new IllegalArgumentException("it is " + world.log().now() + " already");
    }
    world.log().at(instant);
    world.underWay().addAll(world.agenda().take(instant));
    return this;
  }

  /** What is due later, the earliest first: when, and of which stream what. */
  public List<String> due() {
    return world.agenda().pending();
  }

  /**
   * Does all that is to be done: one thing after another, and nothing goes wrong.
   *
   * @throws AssertionError if something has a bug, would be parked, or does not end within 50,000
   *     steps
   */
  public void run() {
    run(new Chance.Order(), world.log().now(), "");
  }

  /**
   * Does all that is to be done: the steps of all commands and effects in any order, while some go
   * wrong, up to forty in all. An append never arrives, or late, or its answer is lost, and so is a
   * call of an activity; an instance dies between two steps, and does not remember what a stream
   * held; an event is delivered again while it is under way and when it is settled, and to another
   * instance while the one before it in its stream is under way.
   *
   * @param seed that makes it: with the same all is the same
   * @throws AssertionError as {@link #run()} does
   */
  public void run(long seed) {
    run(seed, world.log().now());
  }

  /**
   * The same, while it becomes an instant, at any moment of it.
   *
   * @throws AssertionError as {@link #run()} does
   */
  public void run(long seed, Instant until) {
    run(new Chance.Seeded(seed), until, " (seed " + seed + ")");
  }

  private void run(Chance chance, Instant until, String seed) {
    try {
      for (int steps = 0; goesOn(chance, until); steps++) {
        if (steps == MOST_STEPS) {
          throw new AssertionError("it does not end within " + MOST_STEPS + " steps");
        }
        step(chance);
      }
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + seed + "\nthe log ends with:\n" + lines(SHOWN), e);
    }
  }

  private boolean goesOn(Chance chance, Instant until) {
    deliveries.forEach(each -> each.deliver(chance));
    world.underWay().addAll(world.agenda().take(world.log().now()));
    if (until.isAfter(world.log().now()) && (world.underWay().isEmpty() || chance.strikes(20))) {
      at(until);
    }
    if (!deliveries.isEmpty() && chance.strikes(world.underWay().isEmpty() ? 2 : 20)) {
      deliveries.get(chance.pick(deliveries.size())).deliverAgain(chance);
    }
    return !world.underWay().isEmpty();
  }

  private void step(Chance chance) {
    List<Work> underWay = world.underWay();
    int i = chance.pick(underWay.size());
    Work work = underWay.get(i);
    if (chance.strikes(20)) {
      underWay.set(i, work.again());
    } else if (work.step(chance)) {
      underWay.remove(i);
    }
  }

  /** The state of the aggregate with an id. */
  public <S, E> S state(Decider<?, S, E> decider, String id) {
    return decider.fold(decider.initial(), events(decider.category(), id));
  }

  /** The events of the stream with an id; none where there is no stream. */
  public <E> List<E> events(Category<E> category, String id) {
    return world.log().events(category, category.stream(id)).stream().map(Recorded::event).toList();
  }

  /** The events of all streams, in the order in which they were appended. */
  public List<Recorded<Object>> log() {
    return world.log().all().stream()
        .filter(event -> !(event.event() instanceof Log.Mark))
        .toList();
  }

  /**
   * What the client of a command was told: {@code done}, or the {@linkplain
   * dev.foldline.core.Failure#code code} of what kept it from being done. Of equal commands it is
   * the one that was answered last.
   *
   * @throws IllegalArgumentException if it has no answer
   */
  public String outcome(Object command) {
    @Nullable String outcome = outcomes.get(command);
    if (outcome == null) {
      throw new IllegalArgumentException(command + " has no answer");
    }
    return outcome;
  }

  /** The log, a line for each event: where it is, and what it is. */
  @Override
  public String toString() {
    return lines(Integer.MAX_VALUE);
  }

  private String lines(int last) {
    List<Recorded<Object>> all = world.log().all();
    return all.stream()
        .skip(Math.max(0, all.size() - last))
        .map(event -> event.stream() + "@" + event.revision() + " " + event.event())
        .collect(joining("\n"));
  }
}
