package dev.foldline.shop.pages;

import dev.foldline.reactions.ProcessProgress;
import dev.foldline.reactions.ProcessProgress.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a process as a line of time that begins with the first one.
 *
 * @param zoom how much of it is shown
 */
public record Timeline(Zoom zoom, List<Mark> marks) {

  /** How much is shown. */
  public enum Zoom {
    MINUTE("1 minute", Duration.ofMinutes(1)),
    MINUTES("10 minutes", Duration.ofMinutes(10)),
    HOUR("1 hour", Duration.ofHours(1)),
    DAY("1 day", Duration.ofDays(1)),
    WEEK("1 week", Duration.ofDays(7)),
    MONTHS("3 months", Duration.ofDays(90));

    private final String words;
    private final Duration span;

    Zoom(String words, Duration span) {
      this.words = words;
      this.span = span;
    }

    public String words() {
      return words;
    }

    /** The one of a name; none where there is none. */
    static Optional<Zoom> of(@Nullable String name) {
      return Stream.of(values()).filter(zoom -> zoom.name().equalsIgnoreCase(name)).findFirst();
    }

    /** The closest that shows a time whole, else the widest. */
    private static Zoom around(Duration time) {
      return Stream.of(values())
          .filter(zoom -> zoom.span.compareTo(time) >= 0)
          .findFirst()
          .orElse(MONTHS);
    }
  }

  /**
   * A step on the line.
   *
   * @param time when it came to be so, or began to wait
   * @param place from the left, in percent; 100 for what is further
   */
  public record Mark(String step, String state, Instant time, long place) {}

  /**
   * @param chosen how much is shown; else what shows all of it
   */
  static Timeline of(ProcessProgress progress, Optional<Zoom> chosen) {
    List<Instant> times = progress.steps().stream().map(Timeline::time).sorted().toList();
    Instant start = times.isEmpty() ? Instant.EPOCH : times.getFirst();
    Instant end = times.isEmpty() ? start : times.getLast();
    Zoom zoom = chosen.orElseGet(() -> Zoom.around(Duration.between(start, end)));
    return new Timeline(
        zoom,
        progress.steps().stream()
            .map(
                step ->
                    new Mark(step.step(), step.state(), time(step), place(start, time(step), zoom)))
            .toList());
  }

  private static Instant time(Step step) {
    Instant at = step.at();
    Instant since = step.since();
    return at != null ? at : since != null ? since : Instant.EPOCH;
  }

  private static long place(Instant start, Instant time, Zoom zoom) {
    return Math.min(100, Duration.between(start, time).toMillis() * 100 / zoom.span.toMillis());
  }

  public List<Zoom> zooms() {
    return List.of(Zoom.values());
  }
}
