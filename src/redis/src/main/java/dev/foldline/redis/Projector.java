package dev.foldline.redis;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;

import dev.foldline.core.Change;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Applies events to the read models of one projection: once in effect and in the order of their
 * stream, however often, in whatever order and to however many instances they are delivered.
 *
 * <p>The events of a stream that come together are applied together, and all streams of a batch in
 * one pipeline: one to read their documents, one to write them. The fence of each stream, the
 * revision of the last event in its document, is checked and moved in the same atomic step as its
 * changes; where another instance was quicker, the stream is done again from there. Missing events
 * are read first: from their stream or, where that does not give them any more, from the log. Safe
 * for use by many threads.
 *
 * @param <S> the stored form of events
 * @param <D> the document
 */
public final class Projector<S, D> {

  private static final Script APPLY = Script.named("apply.lua");
  private static final Script END = Script.named("end.lua");
  private static final int READS_AT_ONCE = 8;
  private static final int MAX_ROUNDS = 1_000;

  /** How many pages of the log are read back for what was delivered to another instance. */
  private static final int LOOK_BACK = 40;

  private static final int PAGE = 500;

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
    Uni<Boolean> over(Map<String, List<Outcome.Poison>> found);
  }

  private final ReadModels models;
  private final Projection<D> projection;
  private final Decoder<S> decoder;
  private final History<S> history;
  private final OnPoison onPoison;
  private final Passing passing;
  private final Layout layout;
  private final Poisons poisons;
  private final Set<String> named = ConcurrentHashMap.newKeySet();

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
    this.onPoison = onPoison;
    this.passing = passing;
    this.models = models;
    this.projection = projection;
    this.decoder = decoder;
    this.history = history;
    this.layout = new Layout(models.namespace(), projection.name(), build);
    this.poisons = new Poisons(models, projection, build);
  }

  /** Applies a batch {@link Order#DELIVERED as it was delivered}. */
  public Uni<Outcome> apply(List<Recorded<S>> batch) {
    return apply(batch, Order.DELIVERED);
  }

  /**
   * Applies a batch.
   *
   * @return what became of it; fails with {@link Unavailable} if Redis or the store is away, and
   *     the batch may then be applied again, in part or as a whole; with {@link ForeignLog} if the
   *     build is of another log than the events
   */
  public Uni<Outcome> apply(List<Recorded<S>> batch, Order order) {
    Map<String, Catchup<S, D>> streams = new LinkedHashMap<>();
    List<String> ended = new ArrayList<>();
    for (Recorded<S> event : batch) {
      if (event.revision() == TOMBSTONE) {
        ended.add(event.stream());
      } else {
        streams.computeIfAbsent(event.stream(), Catchup::new).offer(event);
      }
    }
    int size = batch.size() - ended.size();
    List<Catchup<S, D>> all = List.copyOf(streams.values());
    return readDocuments(all, this::start)
        .chain(() -> round(all, order, 1))
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
    return readDocuments(
            streams.stream().distinct().map(Catchup<S, D>::new).toList(),
            (stream, document) -> fences.put(stream.name(), StoredDocument.fence(document)))
        .replaceWith(fences);
  }

  private Uni<Void> readDocuments(
      List<Catchup<S, D>> streams, BiConsumer<Catchup<S, D>, String> reader) {
    List<List<Catchup<S, D>>> partitions = byPartition(streams);
    List<Command> commands = new ArrayList<>();
    for (List<Catchup<S, D>> partition : partitions) {
      Command read = new Command("HMGET").arg(layout.documents(partition.getFirst().partition()));
      partition.forEach(stream -> read.arg(stream.name()));
      commands.add(read);
    }
    return models
        .send(commands)
        .invoke(
            answers -> {
              for (int i = 0; i < partitions.size(); i++) {
                List<Catchup<S, D>> partition = partitions.get(i);
                Response documents = answers.get(i);
                for (int j = 0; j < partition.size(); j++) {
                  @Nullable Response document = documents.get(j);
                  reader.accept(partition.get(j), document == null ? "" : document.toString());
                }
              }
            })
        .replaceWithVoid();
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
    return fillGaps(open.stream().filter(Catchup::hasGap).toList(), order)
        .chain(
            () ->
                writeOrPass(
                    open.stream()
                        .filter(Catchup::isOpen)
                        .filter(stream -> stream.fold(projection, decoder, onPoison, models))
                        .toList()))
        .chain(() -> round(open, order, round + 1));
  }

  private Uni<Void> fillGaps(List<Catchup<S, D>> streams, Order order) {
    return streams.isEmpty()
        ? Uni.createFrom().voidItem()
        : fillFromStreams(streams)
            .chain(() -> fillOtherwise(streams.stream().filter(Catchup::hasGap).toList(), order));
  }

  /** A stream that gives nothing is no store that is away. */
  private Uni<Void> fillFromStreams(List<Catchup<S, D>> streams) {
    return Multi.createFrom()
        .iterable(streams)
        .onItem()
        .transformToUni(
            stream ->
                history.stream()
                    .read(stream.name(), stream.next(), stream.missing())
                    .onFailure(Projector::isOfThisRead)
                    .recoverWithItem(List.of())
                    .invoke(stream::fillFromStream))
        .merge(READS_AT_ONCE)
        .collect()
        .last()
        .replaceWithVoid();
  }

  private static boolean isOfThisRead(Throwable failure) {
    return !(failure instanceof Unavailable || failure instanceof ForeignLog);
  }

  /** What streams don't give any more was dropped, or deleted before it was applied. */
  private Uni<Void> fillOtherwise(List<Catchup<S, D>> streams, Order order) {
    if (streams.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return switch (order) {
      case FROM_FENCE -> skipGaps(streams);
      case LOG -> holdBack(streams).chain(this::skipGaps);
      case DELIVERED -> holdBack(streams).chain(this::lookBack);
    };
  }

  private Uni<Void> skipGaps(List<Catchup<S, D>> streams) {
    streams.forEach(Catchup::skipGap);
    return Uni.createFrom().voidItem();
  }

  /** Has those wait that are held by an event that can't be applied; the others go on. */
  private Uni<List<Catchup<S, D>>> holdBack(List<Catchup<S, D>> streams) {
    return poisons
        .held(streams.stream().map(Catchup::name).toList())
        .map(
            held ->
                streams.stream()
                    .filter(
                        stream -> {
                          Poisons.@Nullable Poisoned by = held.get(stream.name());
                          if (by == null || by.revision() < stream.next()) {
                            return true;
                          }
                          stream.holdBehind(by);
                          return false;
                        })
                    .toList());
  }

  private Uni<Void> lookBack(List<Catchup<S, D>> streams) {
    return lookBack(streams, streams.stream().mapToLong(Catchup::position).max().orElse(-1), 1);
  }

  /** Reads the log back to the last applied event of each stream: what it has not, is gone. */
  private Uni<Void> lookBack(List<Catchup<S, D>> streams, long before, int page) {
    if (streams.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    if (before < 0 || page > LOOK_BACK) {
      return miss(streams);
    }
    return history
        .log()
        .before(before, PAGE)
        .chain(
            events -> {
              long reached = events.isEmpty() ? -1 : events.getLast().position();
              return lookBack(stillMissing(streams, events, reached), reached, page + 1);
            })
        .onFailure(Projector::isOfThisRead)
        .recoverWithUni(() -> miss(streams));
  }

  private List<Catchup<S, D>> stillMissing(
      List<Catchup<S, D>> streams, List<Recorded<S>> read, long reached) {
    Map<String, List<Recorded<S>>> found = read.stream().collect(groupingBy(Recorded::stream));
    List<Catchup<S, D>> still = new ArrayList<>();
    for (Catchup<S, D> stream : streams) {
      stream.fill(found.getOrDefault(stream.name(), List.of()));
      if (stream.hasGap()) {
        if (stream.beginsAt(reached)) {
          stream.skipGap();
        } else {
          still.add(stream);
        }
      }
    }
    return still;
  }

  private Uni<Void> miss(List<Catchup<S, D>> streams) {
    streams.forEach(Catchup::miss);
    return Uni.createFrom().voidItem();
  }

  /** Once the fence has passed over an event, nobody finds it any more: it is told of before. */
  private Uni<Void> writeOrPass(List<Catchup<S, D>> streams) {
    Map<String, List<Outcome.Poison>> passed = new HashMap<>();
    for (Catchup<S, D> stream : streams) {
      if (!stream.passedOver().isEmpty()) {
        passed.put(stream.name(), stream.passedOver());
      }
    }
    return passed.isEmpty()
        ? write(streams)
        : passing.over(passed).chain(sure -> sure ? write(streams) : foldAgain(streams));
  }

  private Uni<Void> foldAgain(List<Catchup<S, D>> streams) {
    streams.forEach(stream -> stream.startFrom(stream.stored()));
    return Uni.createFrom().voidItem();
  }

  private Uni<Void> write(List<Catchup<S, D>> streams) {
    return nameViews(streams).chain(() -> apply(streams));
  }

  /** Keeps the names of the views that cross streams, before anything is in them. */
  private Uni<Void> nameViews(Collection<Catchup<S, D>> streams) {
    Set<String> views =
        streams.stream()
            .flatMap(stream -> stream.changes().stream())
            .map(Change::view)
            .filter(view -> !named.contains(view))
            .collect(Collectors.toSet());
    if (views.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Command add = new Command("SADD").arg(Layout.views(models.namespace(), projection.name()));
    views.forEach(add::arg);
    return models.send(List.of(add)).invoke(() -> named.addAll(views)).replaceWithVoid();
  }

  private Uni<Void> apply(Collection<Catchup<S, D>> streams) {
    List<Command> commands =
        byPartition(streams).stream()
            .map(partition -> ApplyCall.of(partition, layout).command(APPLY))
            .toList();
    Map<String, Catchup<S, D>> byName = new HashMap<>();
    streams.forEach(stream -> byName.put(stream.name(), stream));
    return models
        .send(commands)
        .invoke(
            answers -> {
              for (Response elsewhere : answers) {
                for (int i = 0; i < elsewhere.size(); i += 2) {
                  Catchup<S, D> stream = byName.remove(elsewhere.get(i).toString());
                  if (stream != null) {
                    start(stream, elsewhere.get(i + 1).toString());
                  }
                }
              }
              byName.values().forEach(Catchup::written);
            })
        .replaceWithVoid();
  }

  /** Has a stream go on from the document that Redis has. */
  private void start(Catchup<S, D> stream, String document) {
    StoredDocument<D> stored;
    try {
      stored = StoredDocument.parse(document, models, projection.document());
    } catch (RuntimeException e) {
      stream.poison(e);
      return;
    }
    stream.startFrom(stored);
  }

  private List<List<Catchup<S, D>>> byPartition(Collection<Catchup<S, D>> streams) {
    return List.copyOf(streams.stream().collect(groupingBy(Catchup::partition)).values());
  }

  private Outcome outcome(int size, List<Catchup<S, D>> streams) {
    int applied = 0;
    int delivered = 0;
    int gaps = 0;
    int poisonedEvents = 0;
    Map<String, List<Outcome.Poison>> poisoned = new HashMap<>();
    for (Catchup<S, D> stream : streams) {
      applied += stream.applied();
      delivered += stream.appliedOfBatch();
      gaps += stream.gaps();
      poisonedEvents += stream.unsettled();
      if (!stream.poisons().isEmpty()) {
        poisoned.put(stream.name(), List.copyOf(stream.poisons()));
      }
    }
    return new Outcome(applied, size - delivered - poisonedEvents, gaps, poisoned);
  }
}
