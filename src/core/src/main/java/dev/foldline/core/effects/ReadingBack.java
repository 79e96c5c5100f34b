package dev.foldline.core.effects;

import dev.foldline.core.commands.Earlier;
import dev.foldline.core.commands.Handled;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream from its end back to a cause, for the effects that it holds. It is given pages,
 * and says what is to be read next. What was read of it before is not read again. Used by one
 * thread at a time.
 */
public final class ReadingBack {

  private final long cause;
  private final UUID sought;
  private final Earlier.@Nullable ReadBack before;
  private final Map<UUID, Handled> found = new HashMap<>();
  private long to = -1;
  private long position = -1;
  private long revision = -1;
  private boolean joined;

  /**
   * An event of the stream.
   *
   * @param effect that it is of; null if of none
   */
  public record Place(long revision, long position, @Nullable Handled effect) {}

  /** What a page leads to. */
  public sealed interface Turn {

    /** Read on, backwards from this revision. */
    record More(long revision) implements Turn {}

    /** Every effect behind the cause is known, or the one that is sought. */
    record Known(Earlier.ReadBack earlier) implements Turn {}

    /** Nothing can be read: whether there ever was anything is to be asked. */
    record Nothing() implements Turn {}

    /** Events behind the cause are gone, and the effect is not in those that are left. */
    record Unknowable(String reason) implements Turn {}
  }

  /**
   * @param cause the position up to which it is read
   * @param sought the key of the effect for which it is read
   * @param before what was read of it before
   */
  public ReadingBack(long cause, UUID sought, Earlier before) {
    this.cause = cause;
    this.sought = sought;
    this.before = before instanceof Earlier.ReadBack part && part.revision() >= 0 ? part : null;
  }

  /**
   * Takes the next page.
   *
   * @param page the latest first
   * @param more whether there may be anything before it
   */
  public Turn next(List<Place> page, boolean more) {
    for (Place place : page) {
      to = to < 0 ? place.position() : to;
      if (place.position() <= cause) {
        return known(cause);
      }
      if (!joined && before != null && place.position() <= before.to()) {
        return join(before);
      }
      if (place.effect() != null) {
        found.putIfAbsent(place.effect().key(), place.effect());
      }
      revision = place.revision();
      position = place.position();
      if (revision == 0) {
        return known(-1);
      }
    }
    if (more) {
      return new Turn.More(revision - 1);
    }
    if (found.containsKey(sought)) {
      return known(position);
    }
    return revision < 0
        ? new Turn.Nothing()
        : new Turn.Unknowable(
            "what its target held before revision " + revision + " is gone, and may have held it");
  }

  /** Goes on before what was read before. */
  private Turn join(Earlier.ReadBack part) {
    joined = true;
    part.found().forEach(found::putIfAbsent);
    revision = part.revision();
    position = part.from();
    return part.from() <= cause ? known(part.from()) : new Turn.More(revision - 1);
  }

  private Turn known(long from) {
    return new Turn.Known(new Earlier.ReadBack(Map.copyOf(found), from, to, revision));
  }
}
