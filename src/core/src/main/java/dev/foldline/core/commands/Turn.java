package dev.foldline.core.commands;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Happened} leads to.
 *
 * @param answers by the number of the command
 * @param known the stream as it is now, where that is known for sure
 */
public record Turn<S>(Map<Integer, Answer> answers, @Nullable StreamState<S> known, Next<S> next) {

  /** This one, where another one came first that answered some. */
  Turn<S> after(Turn<S> first) {
    Map<Integer, Answer> all = new HashMap<>(first.answers());
    all.putAll(answers);
    return new Turn<>(all, known == null ? first.known() : known, next);
  }
}
