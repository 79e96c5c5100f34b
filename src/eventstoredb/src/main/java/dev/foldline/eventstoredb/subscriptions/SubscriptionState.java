package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.core.Away;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger.Level;

/**
 * What a subscription is, and what it becomes when something happens. It does nothing itself: what
 * a state asks for is done by {@link SupervisedSubscription} as soon as it is entered.
 */
sealed interface SubscriptionState {

  /** How often the source was opened until now. What comes of an earlier time is over. */
  int attempt();

  /** Nothing is open, nor is to be. */
  record Stopped(int attempt) implements SubscriptionState {}

  /**
   * The source is being opened.
   *
   * @param told how loudly it is told when it is open
   */
  record Opening(int attempt, Trouble trouble, Level told) implements SubscriptionState {}

  /** Events come. */
  record Subscribed(int attempt, Level told) implements SubscriptionState {}

  /**
   * It was lost, and waits until it is opened again.
   *
   * @param told how loudly that is told: a cause that lasts once, and none that others tell
   * @param back how loudly it is told when it is back
   */
  record Lost(int attempt, Throwable cause, Trouble trouble, Level told, Level back)
      implements SubscriptionState {}

  /** It is closed until its consumer takes something. */
  record Resting(int attempt) implements SubscriptionState {}

  /** No event is taken any more, and what is in hand is settled. */
  record Stopping(int attempt) implements SubscriptionState {}

  /**
   * What went wrong since it was open last.
   *
   * @param losses how often, one after another
   * @param meaning of the last one
   */
  record Trouble(int losses, String meaning) {

    static final Trouble NONE = new Trouble(0, "");
    private static final long FIRST_BACK_OFF = 100;
    private static final long LONGEST_BACK_OFF = 10_000;

    /** How many milliseconds to wait before it is opened again: twice as long each time. */
    long backOff(RandomGenerator random) {
      return Math.min(FIRST_BACK_OFF << Math.min(losses - 1, 10), LONGEST_BACK_OFF)
          + random.nextLong(FIRST_BACK_OFF);
    }

    Trouble and(Throwable meaning) {
      return new Trouble(losses + 1, meaning.toString());
    }
  }

  /** What happens to a subscription. */
  sealed interface Event {

    record Started() implements Event {}

    /** The source confirms that it is open. */
    record Confirmed(int attempt) implements Event {}

    /**
     * The source could not be opened, or ended.
     *
     * @param meaning as the source explains it
     */
    record Ended(int attempt, Throwable cause, Throwable meaning) implements Event {}

    /** It is time to open it again. */
    record Due(int attempt) implements Event {}

    /** There is reason to think that it can be opened now. */
    record Promising() implements Event {}

    /** Nothing came for so long that it may have ended in silence. */
    record Idle() implements Event {}

    /** The consumer has taken nothing of what waits for too long. */
    record Untaken() implements Event {}

    /** The consumer takes what there is. */
    record Asked() implements Event {}

    record StopAsked() implements Event {}

    /** What was in hand when it was to stop is settled, or given up. */
    record Settled() implements Event {}
  }

  /** What it becomes; itself, where what happens means nothing to it. */
  default SubscriptionState after(Event event) {
    return switch (event) {
      case Event.Started() ->
          switch (this) {
            case Stopped _, Stopping _ -> opening(Trouble.NONE, Level.INFO);
            case Opening _, Subscribed _, Lost _, Resting _ -> this;
          };
      case Event.Confirmed(var which) ->
          this instanceof Opening(var attempt, _, var told) && which == attempt
              ? new Subscribed(attempt, told)
              : this;
      case Event.Ended(var which, var cause, var meaning) ->
          which == attempt() ? ended(cause, meaning) : this;
      case Event.Due(var which) ->
          this instanceof Lost lost && which == attempt()
              ? opening(lost.trouble(), lost.back())
              : this;
      case Event.Promising() ->
          this instanceof Lost lost
              ? opening(new Trouble(0, lost.trouble().meaning()), lost.back())
              : this;
      case Event.Idle() -> this instanceof Subscribed ? opening(Trouble.NONE, Level.DEBUG) : this;
      case Event.Untaken() -> this instanceof Subscribed ? new Resting(attempt()) : this;
      case Event.Asked() -> this instanceof Resting ? opening(Trouble.NONE, Level.DEBUG) : this;
      case Event.StopAsked() ->
          switch (this) {
            case Opening _, Subscribed _ -> new Stopping(attempt());
            case Lost _, Resting _ -> new Stopped(attempt());
            case Stopping _, Stopped _ -> this;
          };
      case Event.Settled() -> this instanceof Stopping ? new Stopped(attempt()) : this;
    };
  }

  private SubscriptionState opening(Trouble trouble, Level told) {
    return new Opening(attempt() + 1, trouble, told);
  }

  private SubscriptionState ended(Throwable cause, Throwable meaning) {
    return switch (this) {
      case Opening(_, var trouble, _) -> lost(trouble, cause, meaning);
      case Subscribed _ -> lost(Trouble.NONE, cause, meaning);
      case Stopping _ -> new Stopped(attempt());
      case Stopped _, Lost _, Resting _ -> this;
    };
  }

  private SubscriptionState lost(Trouble before, Throwable cause, Throwable meaning) {
    Trouble trouble = before.and(meaning);
    boolean isToldElsewhere = meaning instanceof Away;
    boolean isTold = isToldElsewhere || trouble.meaning().equals(before.meaning());
    return new Lost(
        attempt(),
        cause,
        trouble,
        isTold ? Level.DEBUG : Level.WARN,
        isToldElsewhere ? Level.DEBUG : Level.INFO);
  }

  /** Whether a time that the source was opened counts, if only to settle what came of it. */
  default boolean uses(int which) {
    return which == attempt()
        && switch (this) {
          case Opening _, Subscribed _, Stopping _ -> true;
          case Stopped _, Lost _, Resting _ -> false;
        };
  }

  /** Whether what comes of a time that the source was opened is handed out. */
  default boolean takes(int which) {
    return this instanceof Subscribed && which == attempt();
  }
}
