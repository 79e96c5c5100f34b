package dev.foldline.redis;

import dev.foldline.core.View;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stream's document with the fence: the revision of the last event in it.
 *
 * @param revision −1 where there is no document
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
    return revision + " " + models.write(Objects.requireNonNull(document));
  }

  View<D> view(String stream) {
    return new View<>(stream, revision, Objects.requireNonNull(document));
  }

  /** The revision as the script compares it. */
  String fence() {
    return revision < 0 ? "" : Long.toString(revision);
  }
}
