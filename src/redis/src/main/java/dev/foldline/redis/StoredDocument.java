package dev.foldline.redis;

import dev.foldline.core.Recorded;
import dev.foldline.core.View;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream's document with the fence: the last event in it.
 *
 * @param revision of that event, −1 where none was applied
 * @param position of that event in the log, −1 where it is not known
 * @param document null where no event was, or none of the application's
 * @param json the document as Redis has it
 */
record StoredDocument<D>(long revision, long position, @Nullable D document, String json) {

  static <D> StoredDocument<D> nothing() {
    return new StoredDocument<>(-1, -1, null, "null");
  }

  /** A fence without a document. */
  static <D> StoredDocument<D> at(Fence fence) {
    return new StoredDocument<>(fence.revision(), fence.position(), null, "null");
  }

  static <D> StoredDocument<D> parse(String text, ReadModels models, Class<D> type) {
    if (text.isEmpty()) {
      return nothing();
    }
    String json = text.substring(text.indexOf(' ', text.indexOf(' ') + 1) + 1);
    Fence fence = fence(text);
    return new StoredDocument<>(fence.revision(), fence.position(), models.read(json, type), json);
  }

  /** The fence alone. */
  static Fence fence(String text) {
    if (text.isEmpty()) {
      return Fence.NONE;
    }
    int blank = text.indexOf(' ');
    return new Fence(
        Long.parseLong(text, 0, blank, 10),
        Long.parseLong(text, blank + 1, text.indexOf(' ', blank + 1), 10));
  }

  String format() {
    return revision + " " + position + " " + json;
  }

  /** The same document, with an event in it that changed nothing. */
  StoredDocument<D> at(Recorded<?> later) {
    return new StoredDocument<>(later.revision(), later.position(), document, json);
  }

  /** The same fence, with what a step made of the document. */
  StoredDocument<D> with(Step<D> step) {
    return new StoredDocument<>(revision, position, step.state(), step.json());
  }

  Fence fence() {
    return new Fence(revision, position);
  }

  Optional<View<D>> view(String stream) {
    return Optional.ofNullable(document).map(found -> new View<>(stream, revision, found));
  }

  /** The revision as the script compares it. */
  String expected() {
    return revision < 0 ? "" : Long.toString(revision);
  }
}
