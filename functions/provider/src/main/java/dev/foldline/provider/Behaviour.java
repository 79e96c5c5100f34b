package dev.foldline.provider;

import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicReference;

/** How the provider behaves: as neighbours do. */
@Singleton
class Behaviour {

  /** What becomes of a request. */
  enum Kind {
    /** It is done, and answered. */
    WELL,
    /** An authorisation is refused. */
    DECLINE,
    /** It is done after a while. */
    SLOW,
    /** It is not done, and never answered. */
    HANG,
    /** It is done, and answered with 500. */
    FAIL,
    /** It is done, and its answer is lost. */
    LOSE
  }

  /**
   * A behaviour for a while.
   *
   * @param times for how many requests
   * @param millis how long a slow one takes
   */
  record Mood(Kind kind, int times, int millis) {

    private static final Mood WELL = new Mood(Kind.WELL, 0, 0);

    private Mood next() {
      return times > 1 ? new Mood(kind, times - 1, millis) : WELL;
    }
  }

  private final AtomicReference<Mood> mood = new AtomicReference<>(Mood.WELL);

  void set(Mood next) {
    mood.set(next);
  }

  /** Of one request more. */
  Mood next() {
    return mood.getAndUpdate(Mood::next);
  }
}
