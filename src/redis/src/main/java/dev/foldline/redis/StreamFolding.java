package dev.foldline.redis;

import dev.foldline.core.Change;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Folds the events of each stream into its own document, in which the fence is. */
record StreamFolding<S, D>(
    Projection<D> projection,
    Decoder<S> decoder,
    OnPoison onPoison,
    ReadModels models,
    Documents documents,
    CarryOver carryOver)
    implements Folding<S, D> {

  @Override
  public boolean mayLagBehindFence() {
    return false;
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
        .item(
            new Folded<>(
                folded,
                () ->
                    documents
                        .write(folded, Catchup::written, this::start)
                        .chain(() -> carryOver.of(folded))));
  }

  @Override
  public Uni<Void> carryOverBehind(List<Catchup<S, D>> streams) {
    return carryOver.pending(
        streams.stream()
            .filter(Catchup::wasBehind)
            .map(Catchup::partition)
            .collect(Collectors.toSet()));
  }

  /** Whether there is something to write. */
  private boolean fold(Catchup<S, D> stream) {
    StoredDocument<D> folded = stream.stored();
    List<Change> changes = new ArrayList<>();
    long expected = stream.begin();
    for (Recorded<S> event : stream.events()) {
      if (event.revision() != expected) {
        break;
      }
      try {
        Step<D> next = Step.of(projection, folded.document(), decoder.decode(event), models);
        folded = folded.at(event).with(next);
        changes.addAll(next.changes());
      } catch (Throwable e) {
        stream.poison(event, e, onPoison);
        if (onPoison == OnPoison.HOLD) {
          break;
        }
        folded = folded.at(event);
      }
      expected++;
    }
    stream.folded(folded, changes);
    return expected > stream.begin();
  }
}
