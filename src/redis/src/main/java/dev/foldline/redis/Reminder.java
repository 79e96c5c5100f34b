package dev.foldline.redis;

/**
 * Where a reminder is from: the command is made again from its event.
 *
 * @param stream of the event
 * @param revision of the event
 * @param effect its name; empty for all of an event that could not be read
 */
public record Reminder(String stream, long revision, String effect) {

  private static final char BEFORE_REVISION = '@';

  /** The first one of a text: neither a stream of an aggregate nor a number has one. */
  private static final char BEFORE_EFFECT = '#';

  /** All that an event reminds of. */
  public static Reminder ofAll(String stream, long revision) {
    return new Reminder(stream, revision, "");
  }

  /** Whether it is all that its event reminds of. */
  public boolean isAll() {
    return effect.isEmpty();
  }

  /** As it is kept in Redis. */
  String text() {
    return stream + BEFORE_REVISION + revision + BEFORE_EFFECT + effect;
  }

  static Reminder parse(String text) {
    int effect = text.indexOf(BEFORE_EFFECT);
    int revision = text.lastIndexOf(BEFORE_REVISION, effect);
    return new Reminder(
        text.substring(0, revision),
        Long.parseLong(text.substring(revision + 1, effect)),
        text.substring(effect + 1));
  }
}
