package dev.foldline.eventstoredb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.embedded.EmbeddedEventStore;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Random commands, duplicates, conflicts, crashes and lost answers on several instances, against
 * what a sequential model allows.
 *
 * <p>{@code -Dfoldline.model.sequences=20000} runs the long form, {@code -Dfoldline.model.seed=42}
 * begins with that sequence.
 */
@DisplayName("Whatever goes wrong")
class ModelTest {

  private static final long SEED = Long.getLong("foldline.model.seed", 1);
  private static final int SEQUENCES = Integer.getInteger("foldline.model.sequences", 60);

  private static EmbeddedEventStore server;
  private static EventStore store;

  @BeforeAll
  static void start() {
    server = EmbeddedEventStore.builder().start();
    store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
  }

  @AfterAll
  static void stop() {
    store.close();
    server.close();
  }

  @Test
  void streams_and_answers_are_those_of_a_sequential_history() {
    int unknown = 0;
    int crashes = 0;
    for (long seed = SEED; seed < SEED + SEQUENCES; seed++) {
      Scenario scenario = new Scenario(seed, store.streams(), UnaryOperator.identity(), 100);
      scenario.run();
      scenario.check();
      unknown += scenario.unknown();
      crashes += scenario.crashes();
    }
    assertThat(unknown).as("answers that were looked for").isGreaterThan(SEQUENCES / 5);
    assertThat(crashes).as("instances that crashed").isGreaterThan(SEQUENCES / 10);
  }

  @Test
  void a_store_that_checks_no_revision_is_found_out() {
    assertBites(
        streams ->
            new Meddled(streams) {
              @Override
              public Uni<Appended> append(String stream, long expected, List<StoredEvent> events) {
                return store.append(stream, events);
              }
            },
        100);
  }

  @Test
  void a_handler_that_forgets_keys_is_found_out() {
    assertBites(UnaryOperator.identity(), 0);
  }

  @Test
  void a_refusal_on_a_stale_state_is_found_out() {
    assertBites(
        streams ->
            new Meddled(streams) {
              @Override
              public Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
                return super.read(stream, from, from > 0 ? 1 : limit);
              }
            },
        100);
  }

  @Test
  void an_error_for_an_effect_that_took_place_is_found_out() {
    assertBites(
        streams ->
            new Meddled(streams) {
              @Override
              public Uni<Appended> append(String stream, long expected, List<StoredEvent> events) {
                return super.append(stream, expected, events)
                    .onFailure(OutcomeUnknown.class)
                    .transform(_ -> new Unavailable("surely not done"));
              }
            },
        100);
  }

  private static void assertBites(UnaryOperator<Streams> broken, int rememberedKeys) {
    for (long seed = SEED; seed < SEED + 300; seed++) {
      Scenario scenario = new Scenario(seed, store.streams(), broken, rememberedKeys);
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
