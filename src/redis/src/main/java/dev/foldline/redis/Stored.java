package dev.foldline.redis;

import dev.foldline.core.View;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream's document with the fence: the revision of the last event in it.
 *
 * @param revision −1 where no event was applied
 * @param document null where no event was, or none of the application's
 * @param json the document as Redis has it
 */
record Stored<D>(long revision, @Nullable D document, String json) {

  static <D> Stored<D> nothing() {
    return new Stored<>(-1, null, "null");
  }

  /** Fails where the document can't be written. */
  static <D> Stored<D> of(long revision, @Nullable D document, ReadModels models) {
    return new Stored<>(revision, document, models.write(document));
  }

  static <D> Stored<D> parse(String text, ReadModels models, Class<D> type) {
    if (text.isEmpty()) {
      return nothing();
    }
    String json = text.substring(text.indexOf(' ') + 1);
    return new Stored<>(revision(text), models.read(json, type), json);
  }

  /** The fence alone. */
  static long revision(String text) {
    return text.isEmpty() ? -1 : Long.parseLong(text, 0, text.indexOf(' '), 10);
  }

  String format() {
    return revision + " " + json;
  }

  /** The same document, with an event in it that changed nothing. */
  Stored<D> at(long later) {
    return new Stored<>(later, document, json);
  }

  Optional<View<D>> view(String stream) {
    return Optional.ofNullable(document).map(found -> new View<>(stream, revision, found));
  }

  /** The revision as the script compares it. */
  String fence() {
    return revision < 0 ? "" : Long.toString(revision);
  }
}
