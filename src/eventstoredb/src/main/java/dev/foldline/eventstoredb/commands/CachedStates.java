package dev.foldline.eventstoredb.commands;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.foldline.core.Decider;
import dev.foldline.core.commands.StreamState;
import org.jspecify.annotations.Nullable;

/**
 * The states of the streams that were used last. The expected revision of an append guards each:
 * none is trusted for being here. Safe for use by many threads, a stream by one at a time.
 */
final class CachedStates {

  /** So many keys, of callers or of effects, count for one stream more. */
  private static final int KEYS_A_STREAM = 10;

  private record Cached<S>(Decider<?, S, ?> decider, StreamState<S> state) {

    int weight() {
      return 1 + (state.keys().size() + state.effects().size()) / KEYS_A_STREAM;
    }
  }

  private final Cache<String, Cached<?>> states;

  /**
   * @param most of how many streams; 0 for none
   */
  CachedStates(int most) {
    this.states =
        Caffeine.newBuilder()
            .maximumWeight(most)
            .weigher((String _, Cached<?> stream) -> stream.weight())
            .executor(Runnable::run)
            .build();
  }

  @SuppressWarnings("unchecked") // a state is kept with a decider that folds to it
  <S> @Nullable StreamState<S> get(Decider<?, S, ?> decider, String stream) {
    @Nullable Cached<?> found = states.getIfPresent(stream);
    return found == null || !found.decider().foldsAs(decider)
        ? null
        : (StreamState<S>) found.state();
  }

  <S> void put(Decider<?, S, ?> decider, String stream, StreamState<S> state) {
    states.put(stream, new Cached<>(decider, state));
  }
}
