package dev.foldline.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.WriteResult.StreamDeleted;
import dev.foldline.embedded.log.WriteResult.TimedOut;
import dev.foldline.embedded.log.WriteResult.Unavailable;
import dev.foldline.embedded.log.WriteResult.Written;
import dev.foldline.embedded.log.WriteResult.WrongExpectedRevision;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Random sequences of writes to one stream, against the {@link Model}. {@code
 * -Dmodel.sequences=20000} is the long form; {@code -Dmodel.seed} repeats a run. A failing sequence
 * is shortened before it is shown.
 */
@DisplayName("2.4 to 2.6, 5 against a model")
class ModelTest {
  private static final int SEQUENCES = Integer.getInteger("model.sequences", 400);
  private static final long SEED = Long.getLong("model.seed", System.nanoTime());
  private static final int LONGEST = 14;

  /** So small that reads find a stream's events in SQLite's index, in memory, and in both. */
  private static final int GENERATION = 8;

  private static final int IDS = 6;
  private static final List<UUID> KNOWN_IDS =
      IntStream.range(0, IDS).mapToObj(i -> new UUID(1, i + 1)).toList();
  private static final AtomicInteger STREAMS = new AtomicInteger();

  /** One write. */
  sealed interface Step {
    record Append(ExpectedRevision expected, List<UUID> ids) implements Step {}

    record WriteMetadata(long truncateBefore) implements Step {}

    record Delete(ExpectedRevision expected) implements Step {}

    record Tombstone(ExpectedRevision expected) implements Step {}
  }

  @Test
  @DisplayName("every write is answered as the matrices say, and leaves what they say")
  void agreesWithTheModel() {
    Random random = new Random(SEED);
    try (EventLog log = EventLog.open(null, false, Runnable::run, GENERATION)) {
      for (int i = 0; i < SEQUENCES; i++) {
        List<Step> steps =
            IntStream.range(0, 1 + random.nextInt(LONGEST)).mapToObj(_ -> step(random)).toList();
        if (difference(log, steps) != null) {
          List<Step> shortest = shorten(log, steps);
          throw new AssertionError(
              "With -Dmodel.seed=%d: %s%n%s".formatted(SEED, difference(log, shortest), shortest));
        }
      }
    }
  }

  @Test
  @DisplayName("a wrong expectation is noticed, and shortened to what shows it")
  void noticesAndShortens() {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      steps.add(new Step.Append(ExpectedRevision.ANY, List.of(KNOWN_IDS.get(i))));
    }
    assertThat(shortest(steps, candidate -> candidate.contains(steps.get(3))))
        .containsExactly(steps.get(3));
  }

  private static Step step(Random random) {
    int choice = random.nextInt(20);
    if (choice == 0) {
      return new Step.Tombstone(expected(random));
    }
    if (choice < 4) {
      return new Step.Delete(expected(random));
    }
    if (choice < 7) {
      long[] values = {0, 1, 2, 50, Long.MAX_VALUE};
      return new Step.WriteMetadata(values[random.nextInt(values.length)]);
    }
    List<UUID> ids =
        IntStream.range(0, random.nextInt(4))
            .mapToObj(_ -> KNOWN_IDS.get(random.nextInt(IDS)))
            .toList();
    return new Step.Append(expected(random), ids);
  }

  private static ExpectedRevision expected(Random random) {
    int choice = random.nextInt(8);
    return switch (choice) {
      case 0 -> ExpectedRevision.STREAM_EXISTS;
      case 1, 2 -> ExpectedRevision.NO_STREAM;
      case 3, 4 -> ExpectedRevision.ANY;
      default -> ExpectedRevision.exactly(random.nextInt(6));
    };
  }

  /** How log and model disagree over these steps; null if they don't. */
  private static @Nullable String difference(EventLog log, List<Step> steps) {
    String stream = "model-" + STREAMS.incrementAndGet();
    Model model = new Model();
    for (Step step : steps) {
      String expected = model.apply(step);
      String actual = apply(log, stream, step);
      if (!actual.equals(expected)) {
        return "%s answers %s instead of %s".formatted(step, actual, expected);
      }
      List<Long> readable = readable(log, stream);
      if (!String.valueOf(readable).equals(String.valueOf(model.readable()))) {
        return "after %s readable: %s instead of %s".formatted(step, readable, model.readable());
      }
      long metadata =
          log.read(snapshot -> snapshot.stream("$$" + stream).lastRevision()).join() + 1;
      if (metadata != model.metadataEvents()) {
        return "after %s %d metadata events instead of %d"
            .formatted(step, metadata, model.metadataEvents());
      }
    }
    return null;
  }

  private static String apply(EventLog log, String stream, Step step) {
    return switch (step) {
      case Step.Append(var expected, var ids) ->
          text(log.append(stream, expected, events(ids)).join(), true);
      case Step.WriteMetadata(var revision) -> {
        NewEvent event = NewEvent.json("$metadata", "{\"$tb\":" + revision + "}");
        yield text(log.append("$$" + stream, ExpectedRevision.ANY, List.of(event)).join(), true);
      }
      case Step.Delete(var expected) -> text(log.delete(stream, expected).join(), false);
      case Step.Tombstone(var expected) -> text(log.tombstone(stream, expected).join(), false);
    };
  }

  private static List<NewEvent> events(List<UUID> ids) {
    return ids.stream()
        .map(id -> new NewEvent(id, "e", false, ByteString.EMPTY, ByteString.EMPTY))
        .toList();
  }

  private static String text(WriteResult result, boolean withRevision) {
    return switch (result) {
      case Written written when withRevision ->
          "ok " + written.revision() + (written.position().isPresent() ? "" : " no_position");
      case Written _ -> "ok";
      case WrongExpectedRevision wrong -> "wrong " + wrong.current();
      case StreamDeleted() -> "deleted";
      case TimedOut() -> "timed out";
      case Unavailable() -> "unavailable";
    };
  }

  private static @Nullable List<Long> readable(EventLog log, String stream) {
    List<Long> revisions =
        log.read(
                snapshot -> {
                  StreamInfo info = snapshot.stream(stream);
                  if (!info.exists()) {
                    return List.of(-1L);
                  }
                  return snapshot
                      .streamForwards(info, info.firstRevision(), info.lastRevision(), 1 << 20)
                      .stream()
                      .map(LogEvent::revision)
                      .toList();
                })
            .join();
    return revisions.contains(-1L) ? null : revisions;
  }

  private static List<Step> shorten(EventLog log, List<Step> steps) {
    return shortest(steps, candidate -> difference(log, candidate) != null);
  }

  /** Leaves out step after step as long as what is left still fails. */
  private static List<Step> shortest(List<Step> steps, Predicate<List<Step>> fails) {
    for (int i = 0; i < steps.size(); i++) {
      List<Step> without = new ArrayList<>(steps);
      without.remove(i);
      if (fails.test(without)) {
        return shortest(without, fails);
      }
    }
    return steps;
  }
}
