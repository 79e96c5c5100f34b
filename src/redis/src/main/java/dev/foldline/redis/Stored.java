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
    int blank = text.indexOf(' ');
    return new Stored<>(
        Long.parseLong(text, 0, blank, 10), models.read(text.substring(blank + 1), type));
  }

  String format(ReadModels models) {
    return revision + " " + models.write(document);
  }

  Stored<D> at(long later) {
    return new Stored<>(later, document);
  }

  Optional<View<D>> view(String stream) {
    return Optional.ofNullable(document).map(found -> new View<>(stream, revision, found));
  }

  /** The revision as the script compares it. */
  String fence() {
    return revision < 0 ? "" : Long.toString(revision);
  }
}
