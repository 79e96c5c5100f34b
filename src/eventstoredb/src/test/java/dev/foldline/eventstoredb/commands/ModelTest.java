package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.fail;

import dev.foldline.core.Appended;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.EventStoreServer;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.Store;
import net.jqwik.api.statistics.Statistics;

/**
 * Random commands, duplicates, conflicts, crashes and lost answers on several instances, against
 * what a sequential model allows. {@code -Djqwik.tries.default=20000} is the long form; a failure
 * is shrunk, and names its seed.
 */
@Label("Whatever goes wrong")
class ModelTest {

  private static final int MOST_WAVES = 6;

  private record Served(EventStoreServer server, EventStore store) implements Store.CloseOnReset {

    static Served start() {
      EventStoreServer server = EventStoreServer.start();
      return new Served(server, new EventStore(server.connectionString(), Duration.ofSeconds(5)));
    }

    @Override
    public void close() {
      store.close();
      server.close();
    }
  }

  private final EventStore store =
      Store.getOrCreate(ModelTest.class, Lifespan.PROPERTY, Served::start).get().store();

  @Property
  void streams_and_answers_are_those_of_a_sequential_history(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = MOST_WAVES) int waves) {
    Scenario scenario = new Scenario(seed, waves, store.streams(), UnaryOperator.identity(), 100);
    scenario.run();
    scenario.check();
    covers("answers that were looked for", scenario.unknown() > 0, 10);
    covers("instances that crashed", scenario.crashes() > 0, 5);
  }

  private static void covers(String what, boolean found, double percent) {
    Statistics.label(what)
        .collect(found)
        .coverage(checker -> checker.check(true).percentage(of -> of > percent));
  }

  @Example
  void a_store_that_checks_no_revision_is_found_out() {
    assertBites(
        streams ->
            new Meddled(streams) {
              @Override
              Uni<Appended> appending(String stream, long expected, List<StoredEvent> events) {
                return store.append(stream, events);
              }
            },
        100);
  }

  @Example
  void a_handler_that_forgets_keys_is_found_out() {
    assertBites(UnaryOperator.identity(), 0);
  }

  @Example
  void a_refusal_on_a_stale_state_is_found_out() {
    assertBites(
        streams ->
            new Meddled(streams) {
              @Override
              Uni<List<Recorded<StoredEvent>>> reading(String stream, long from, int limit) {
                return super.reading(stream, from, from > 0 ? 1 : limit);
              }
            },
        100);
  }

  @Example
  void an_error_for_an_effect_that_took_place_is_found_out() {
    assertBites(
        streams ->
            new Meddled(streams) {
              @Override
              Uni<Appended> appending(String stream, long expected, List<StoredEvent> events) {
                return super.appending(stream, expected, events)
                    .onFailure(OutcomeUnknown.class)
                    .transform(_ -> new Unavailable("surely not done"));
              }
            },
        100);
  }

  private void assertBites(UnaryOperator<Streams> broken, int rememberedKeys) {
    for (long seed = 1; seed <= 300; seed++) {
      Scenario scenario = new Scenario(seed, MOST_WAVES, store.streams(), broken, rememberedKeys);
      scenario.run();
      try {
        scenario.check();
      } catch (AssertionError _) {
        return;
      }
    }
    fail("no sequence found it out");
  }
}
