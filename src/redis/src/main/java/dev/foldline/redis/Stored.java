package dev.foldline.redis;

import dev.foldline.core.View;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream's document with the fence: the revision of the last event in it.
 *
 * @param revision −1 where no event was applied
 * @param document null where no event was, or none of the application's
 */
record Stored<D>(long revision, @Nullable D document) {

  static <D> Stored<D> parse(String text, ReadModels models, Class<D> type) {
    if (text.isEmpty()) {
      return new Stored<>(-1, null);
    }
    String document = text.substring(text.indexOf(' ') + 1);
    return new Stored<>(revision(text), models.read(document, type));
  }

  /** The fence alone. */
  static long revision(String text) {
    return text.isEmpty() ? -1 : Long.parseLong(text, 0, text.indexOf(' '), 10);
  }

  String format(ReadModels models) {
    return revision + " " + models.write(document);
  }

  Optional<View<D>> view(String stream) {
    return Optional.ofNullable(document).map(found -> new View<>(stream, revision, found));
  }

  /** The revision as the script compares it. */
  String fence() {
    return revision < 0 ? "" : Long.toString(revision);
  }
}
