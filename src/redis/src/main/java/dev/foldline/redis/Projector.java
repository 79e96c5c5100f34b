package dev.foldline.redis;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Applies events to the read models of one projection: once in effect and in the order of their
 * stream, however often, in whatever order and to however many instances they are delivered.
 *
 * <p>The events of a stream that come together are applied together, and all streams of a batch in
 * one pipeline: one to read their documents, one to write them. The fence of each stream, the
 * revision of the last event in its document, is checked and moved in the same atomic step as its
 * changes; where events name their documents, these are written before the fences of their streams.
 * What they add to rankings is carried over before a batch counts as applied, see {@link
 * CarryOver}. Where another instance was quicker, the stream is done again from there. Missing
 * events are read first: from their stream or, where that does not give them any more, from the
 * log. Safe for use by many threads.
 *
 * @param <S> the stored form of events
 * @param <D> the document
 */
public final class Projector<S, D> {

  private static final Script END = Script.named("end.lua");
  private static final int MAX_ROUNDS = 1_000;

  /** The revision of a tombstone: it ends its stream, and there is nothing in it to apply. */
  static final long TOMBSTONE = Long.MAX_VALUE;

  /** Is told of events that can't be applied, before they are passed over. */
  @FunctionalInterface
  public interface Passing {

    /** Passes over them without a word. */
    Passing UNHEARD = _ -> Uni.createFrom().item(true);

    /**
     * They are about to be passed over, unless it fails.
     *
     * @param found by stream
     * @return whether they are to be; else they are decoded once more
     */
    Uni<Boolean> over(Map<String, List<Applied.Poison>> found);
  }

  private final ReadModels models;
  private final Passing passing;
  private final Layout layout;
  private final Documents documents;
  private final CarryOver carryOver;
  private final Gaps<S, D> gaps;
  private final Folding<S, D> folding;

  /**
   * @param build of the read models that the events are applied to
   * @param passing is told of what {@link OnPoison#PASS} passes over
   * @param history where to read missing events
   */
  public Projector(
      ReadModels models,
      Projection<D> projection,
      String build,
      OnPoison onPoison,
      Passing passing,
      Decoder<S> decoder,
      History<S> history) {
    this.models = models;
    this.passing = passing;
    this.layout = models.layout(projection, build);
    this.documents = new Documents(models, layout);
    this.carryOver = new CarryOver(models, layout, documents);
    this.gaps = new Gaps<>(history, new Poisons(models, projection, build));
    this.folding =
        switch (projection) {
          case Projection.OfStreams<D> _ ->
              new StreamFolding<>(projection, decoder, onPoison, models, documents, carryOver);
          case Projection.OfKeys<D> _ ->
              new KeyFolding<>(projection, decoder, onPoison, models, documents, carryOver);
        };
  }

  /** Applies a batch {@link Order#DELIVERED as it was delivered}. */
  public Uni<Applied> apply(List<Recorded<S>> batch) {
    return apply(batch, Order.DELIVERED);
  }

  /**
   * Applies a batch.
   *
   * @return what became of it; fails with {@link Unavailable} if Redis or the store is away, and
   *     the batch may then be applied again, in part or as a whole; with {@link ForeignLog} if the
   *     build is of another log than the events
   */
  public Uni<Applied> apply(List<Recorded<S>> batch, Order order) {
    boolean again = order == Order.LOG && folding.mayLagBehindFence();
    Function<String, Catchup<S, D>> begun = name -> new Catchup<>(name, again);
    Map<String, Catchup<S, D>> streams = new LinkedHashMap<>();
    List<String> ended = new ArrayList<>();
    for (Recorded<S> event : batch) {
      if (event.revision() == TOMBSTONE) {
        ended.add(event.stream());
      } else {
        streams.computeIfAbsent(event.stream(), begun).offer(event);
      }
    }
    int size = batch.size() - ended.size();
    List<Catchup<S, D>> all = List.copyOf(streams.values());
    return documents
        .read(all, folding::start)
        .chain(() -> round(all, order, 1))
        .chain(() -> folding.carryOverBehind(all))
        .chain(() -> noteEnds(ended))
        .map(_ -> outcome(size, all));
  }

  /** Queries find a stream no more that was deleted for good, whatever of it is still to come. */
  private Uni<Void> noteEnds(List<String> streams) {
    if (streams.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Map<Integer, List<String>> notes =
        streams.stream()
            .collect(groupingBy(Layout::partition, mapping(Layout::end, Collectors.toList())));
    List<Command> commands = new ArrayList<>();
    notes.forEach(
        (partition, names) ->
            commands.add(new Command(END, List.of(layout.documents(partition)), names)));
    return models.send(commands).replaceWithVoid();
  }

  /** How far streams are applied. */
  public Uni<Map<String, Fence>> applied(Collection<String> streams) {
    Map<String, Fence> fences = new HashMap<>();
    return documents
        .read(
            streams.stream().distinct().map(name -> new Catchup<S, D>(name, false)).toList(),
            (stream, document) -> fences.put(stream.name(), StoredDocument.fence(document)))
        .replaceWith(fences);
  }

  /** Begins to carry over again what was ever added to rankings. */
  public Sweep sweep() {
    return new Sweep(models, layout, carryOver);
  }

  /** One step of all streams that are not done: fill their gaps, fold, write. */
  private Uni<Void> round(List<Catchup<S, D>> streams, Order order, int round) {
    List<Catchup<S, D>> open = streams.stream().filter(Catchup::isOpen).toList();
    if (open.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    if (round > MAX_ROUNDS) {
      return Uni.createFrom().failure(new Unavailable("others keep changing " + open.getFirst()));
    }
    return gaps.fill(open.stream().filter(Catchup::hasGap).toList(), order)
        .chain(() -> folding.fold(open.stream().filter(Catchup::isOpen).toList()))
        .chain(this::writeOrPass)
        .chain(() -> round(open, order, round + 1));
  }

  /** Once the fence has passed over an event, nobody finds it any more: it is told of before. */
  private Uni<Void> writeOrPass(Folding.Folded<S, D> folded) {
    Map<String, List<Applied.Poison>> passed = new HashMap<>();
    for (Catchup<S, D> stream : folded.streams()) {
      if (!stream.passedOver().isEmpty()) {
        passed.put(stream.name(), stream.passedOver());
      }
    }
    return passed.isEmpty()
        ? folded.write().get()
        : passing
            .over(passed)
            .chain(sure -> sure ? folded.write().get() : foldAgain(folded.streams()));
  }

  private Uni<Void> foldAgain(List<Catchup<S, D>> streams) {
    streams.forEach(stream -> stream.startFrom(stream.stored()));
    return Uni.createFrom().voidItem();
  }

  private Applied outcome(int size, List<Catchup<S, D>> streams) {
    int applied = 0;
    int delivered = 0;
    int gaps = 0;
    int poisonedEvents = 0;
    Map<String, List<Applied.Poison>> poisoned = new HashMap<>();
    for (Catchup<S, D> stream : streams) {
      applied += stream.applied();
      delivered += stream.appliedOfBatch();
      gaps += stream.gaps();
      poisonedEvents += stream.unsettled();
      if (!stream.poisons().isEmpty()) {
        poisoned.put(stream.name(), List.copyOf(stream.poisons()));
      }
    }
    return new Applied(applied, size - delivered - poisonedEvents, gaps, poisoned);
  }
}
