package dev.foldline.readmodels;

import static dev.foldline.readmodels.Ground.n;

import dev.foldline.core.Category;
import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Stored;
import dev.foldline.core.Upcaster;
import org.jspecify.annotations.Nullable;

/** A domain of numbers that are added up. */
sealed interface Counting {

  @Stored("counted")
  record Counted(long number) implements Counting {}

  record Sum(long value, long events) {}

  static Category<Counting> category(Upcaster... upcasters) {
    return Category.of(n, Counting.class, upcasters);
  }

  /** Each stream's sum, the sum of all, the streams by their sums, and the owners by theirs. */
  static Projection<Sum> sums(int version) {
    return Projection.of("sums-" + n, version, Sum.class).on(category(), Counting::project);
  }

  /** The same, before someone found out that 13 is a number too. */
  static Projection<Sum> superstitiousSums() {
    return Projection.of("sums-" + n, 1, Sum.class)
        .on(category(), Counting::projectSuperstitiously);
  }

  private static Changes<Sum> projectSuperstitiously(@Nullable Sum sum, Recorded<Counting> event) {
    return switch (event.event()) {
      case Counted(var number) when number == 13 ->
          throw new IllegalStateException("13 in " + event.stream());
      case Counted _ -> project(sum, event);
    };
  }

  /** Whose numbers those of a stream are: one's are in many streams. */
  static String owner(String stream) {
    return "owner " + Math.floorMod(stream.hashCode(), 7);
  }

  private static Changes<Sum> project(@Nullable Sum sum, Recorded<Counting> event) {
    return switch (event.event()) {
      case Counted(var number) -> {
        Sum now =
            sum == null ? new Sum(number, 1) : new Sum(sum.value() + number, sum.events() + 1);
        yield Changes.to(
            now,
            new Change.Add("all", "sum", number),
            new Change.Add("all", "events", 1),
            new Change.Rank("largest", event.id(), now.value()),
            new Change.Increase("best", owner(event.stream()), number));
      }
    };
  }
}
