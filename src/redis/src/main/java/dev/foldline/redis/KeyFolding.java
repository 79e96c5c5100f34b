package dev.foldline.redis;

import static java.util.Objects.requireNonNull;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Folds events into the documents that they name.
 *
 * <p>The documents are written first; what a document has, it does not take again. Then what came
 * with them is carried over to rankings. Then the fences of the streams follow, each up to the last
 * event that is in all its documents, as is every event before. Whatever breaks off in between, the
 * events are only looked at once more.
 */
record KeyFolding<S, D>(
    Projection<D> projection,
    Decoder<S> decoder,
    OnPoison onPoison,
    ReadModels models,
    Documents documents,
    CarryOver carryOver)
    implements Folding<S, D> {

  /**
   * An event that follows in its stream.
   *
   * @param place among the events of the batch: that of the log, as far as it is known
   * @param parts what the stored event is by now, by the key that each names
   * @param wrong why that can't be told
   * @param taken the keys of the documents that took it
   */
  private record Following<S, D>(
      Catchup<S, D> stream,
      Recorded<S> stored,
      long place,
      Map<String, List<Recorded<?>>> parts,
      @Nullable Throwable wrong,
      Set<String> taken) {}

  @Override
  public boolean mayLagBehindFence() {
    return true;
  }

  @Override
  public void start(Catchup<S, D> stream, String text) {
    StoredDocument<D> fence;
    try {
      fence = StoredDocument.at(StoredDocument.fence(text));
    } catch (RuntimeException e) {
      stream.poison(e);
      return;
    }
    stream.startFrom(fence);
  }

  @Override
  public Uni<Folded<S, D>> fold(List<Catchup<S, D>> streams) {
    List<List<Following<S, D>>> byStream =
        streams.stream().map(this::follow).filter(events -> !events.isEmpty()).toList();
    Map<String, KeyDocument<D>> named = new HashMap<>();
    byStream.forEach(
        events ->
            events.forEach(
                event ->
                    event
                        .parts()
                        .keySet()
                        .forEach(key -> named.computeIfAbsent(key, KeyDocument::new))));
    return documents
        .read(
            named.values(),
            (document, text) -> document.startFrom(text, models, projection.state()))
        .map(
            _ -> {
              byStream.stream()
                  .flatMap(List::stream)
                  .sorted(Comparator.comparingLong(Following::place))
                  .filter(event -> event.stream().isOpen())
                  .forEach(event -> take(event, named));
              return new Folded<>(streams, () -> write(byStream, named.values()));
            });
  }

  /** The events of a stream up to a gap; their places are in their order, come what may. */
  private List<Following<S, D>> follow(Catchup<S, D> stream) {
    List<Following<S, D>> following = new ArrayList<>();
    long expected = stream.begin();
    long place = -1;
    for (Recorded<S> stored : stream.events()) {
      if (stored.revision() != expected) {
        break;
      }
      place = Math.max(place, stored.position());
      Map<String, List<Recorded<?>>> parts = new LinkedHashMap<>();
      @Nullable Throwable wrong = null;
      try {
        for (Recorded<?> event : decoder.decode(stored)) {
          parts.computeIfAbsent(projection.keyOf(event), _ -> new ArrayList<>()).add(event);
        }
      } catch (Throwable e) { // whatever it is, the event is to blame
        wrong = e;
        parts.clear();
      }
      following.add(new Following<>(stream, stored, place, parts, wrong, new HashSet<>()));
      expected++;
    }
    return following;
  }

  /** Puts an event into all its documents, or into none if it can't be applied to one. */
  private void take(Following<S, D> event, Map<String, KeyDocument<D>> named) {
    Map<KeyDocument<D>, Step<D>> nexts = new LinkedHashMap<>();
    try {
      if (event.wrong() != null) {
        throw event.wrong();
      }
      event
          .parts()
          .forEach(
              (key, parts) -> {
                KeyDocument<D> document = requireNonNull(named.get(key));
                if (document.has(event.stored())) {
                  document.meetAgain();
                } else {
                  nexts.put(document, document.next(projection, parts, models));
                }
              });
    } catch (Throwable e) { // as above
      event.stream().poison(event.stored(), e, onPoison);
      return;
    }
    nexts.forEach(
        (document, next) -> {
          document.take(event.stored(), next);
          event.taken().add(document.key());
        });
  }

  private Uni<Void> write(List<List<Following<S, D>>> byStream, Collection<KeyDocument<D>> named) {
    List<KeyDocument<D>> changed = named.stream().filter(KeyDocument::isChanged).toList();
    Set<String> elsewhere = new HashSet<>();
    return documents
        .write(changed, _ -> {}, (document, _) -> elsewhere.add(document.key()))
        .chain(() -> carryOver.of(changed))
        .chain(() -> carryOver.pending(metAgain(named)))
        .chain(
            () -> {
              byStream.forEach(events -> reach(events, elsewhere));
              return writeFences(
                  byStream.stream().map(events -> events.getFirst().stream()).toList());
            });
  }

  /** Who put an event into a document may have died before it was carried over. */
  private static Set<Integer> metAgain(Collection<? extends KeyDocument<?>> named) {
    return named.stream()
        .filter(KeyDocument::isMetAgain)
        .map(KeyDocument::partition)
        .collect(Collectors.toSet());
  }

  /** Fences come after all that. */
  @Override
  public Uni<Void> carryOverBehind(List<Catchup<S, D>> streams) {
    return Uni.createFrom().voidItem();
  }

  /** A stream is through up to the event before the first that is not in all its documents. */
  private void reach(List<Following<S, D>> events, Set<String> elsewhere) {
    Catchup<S, D> stream = events.getFirst().stream();
    @Nullable Recorded<S> last = null;
    for (Following<S, D> event : events) {
      if (stream.isHeldBy(event.stored())) {
        stream.through(last, true);
        return;
      }
      if (event.taken().stream().anyMatch(elsewhere::contains)) {
        break;
      }
      if (!event.taken().isEmpty()) {
        stream.took(event.stored());
      }
      last = event.stored();
    }
    stream.through(last, false);
  }

  private Uni<Void> writeFences(List<Catchup<S, D>> streams) {
    streams.stream().filter(stream -> !stream.isMoved()).forEach(Catchup::written);
    return documents.write(
        streams.stream().filter(Catchup::isMoved).toList(), Catchup::written, this::start);
  }
}
