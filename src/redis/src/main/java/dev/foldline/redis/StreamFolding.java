package dev.foldline.redis;

import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Folds the events of each stream into its own document, in which the fence is. */
final class StreamFolding<S, D> implements Folding<S, D> {

  private final Projection<D> projection;
  private final Decoder<S> decoder;
  private final OnPoison onPoison;
  private final ReadModels models;
  private final Documents documents;

  StreamFolding(
      Projection<D> projection,
      Decoder<S> decoder,
      OnPoison onPoison,
      ReadModels models,
      Documents documents) {
    this.projection = projection;
    this.decoder = decoder;
    this.onPoison = onPoison;
    this.models = models;
    this.documents = documents;
  }

  @Override
  public void start(Catchup<S, D> stream, String text) {
    StoredDocument<D> stored;
    try {
      stored = StoredDocument.parse(text, models, projection.state());
    } catch (RuntimeException e) {
      stream.poison(e);
      return;
    }
    stream.startFrom(stored);
  }

  @Override
  public Uni<Folded<S, D>> fold(List<Catchup<S, D>> streams) {
    List<Catchup<S, D>> folded = streams.stream().filter(this::fold).toList();
    return Uni.createFrom()
        .item(new Folded<>(folded, () -> documents.write(folded, Catchup::written, this::start)));
  }

  /** Whether there is something to write. */
  private boolean fold(Catchup<S, D> stream) {
    StoredDocument<D> folded = stream.stored();
    List<Change> changes = new ArrayList<>();
    int folds = 0;
    long expected = stream.begin();
    for (Recorded<S> event : stream.events()) {
      if (event.revision() != expected) {
        break;
      }
      try {
        folded = step(folded, event, changes);
      } catch (Throwable e) {
        stream.poison(event, e, onPoison);
        if (onPoison == OnPoison.HOLD) {
          break;
        }
        folded = folded.at(event);
      }
      folds++;
      expected++;
    }
    stream.folded(folded, changes);
    return folds > 0;
  }

  private StoredDocument<D> step(
      StoredDocument<D> before, Recorded<S> stored, List<Change> changes) {
    @Nullable D state = before.document();
    List<Change> shared = new ArrayList<>();
    for (Recorded<?> event : decoder.decode(stored)) {
      Changes<D> change = projection.apply(state, event);
      state = change.state();
      shared.addAll(change.shared());
    }
    StoredDocument<D> next = StoredDocument.of(stored, state, models);
    changes.addAll(shared);
    return next;
  }
}
