package dev.foldline.redis;

import static java.util.stream.Collectors.groupingBy;

import dev.foldline.core.Listing;
import dev.foldline.core.Projection;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Queries of read models. */
public final class Views {

  private static final Script ANNOUNCE = Script.named("announce.lua");

  private final ReadModels models;
  private final Arrivals arrivals;
  private final ActiveBuild active;

  public Views(ReadModels models) {
    this(models, new Arrivals(models));
  }

  Views(ReadModels models, Arrivals arrivals) {
    this.models = models;
    this.arrivals = arrivals;
    this.active = new ActiveBuild(models);
  }

  /** Has all connections made anew that queries go by: see {@link ReadModels#renew}. */
  public Uni<Void> renew() {
    arrivals.renew();
    return models.renew();
  }

  /**
   * A document; none where the projection has seen no event of it.
   *
   * @param key what it is called, see {@link Projection#keyOfId}
   */
  public <D> Uni<Optional<View<D>>> document(Projection<D> projection, String key) {
    return stored(projection, key, field(projection, key))
        .map(found -> view(projection, key, found));
  }

  /** The same; none either where it is a stream's that was deleted for good. */
  public <D> Uni<Optional<View<D>>> living(Projection<D> projection, String key) {
    return living(projection, List.of(key)).map(found -> Optional.ofNullable(found.get(key)));
  }

  /** Those documents that there are, and whose streams were not deleted for good, in one step. */
  public <D> Uni<Map<String, View<D>>> living(Projection<D> projection, List<String> keys) {
    List<List<String>> partitions =
        List.copyOf(keys.stream().distinct().collect(groupingBy(Layout::partition)).values());
    return active
        .ask(
            projection,
            layout -> partitions.stream().map(some -> read(projection, layout, some)).toList())
        .map(
            answers -> {
              Map<String, View<D>> found = new HashMap<>();
              for (int i = 0; i < partitions.size(); i++) {
                Response answer = answers.get(i);
                ActiveBuild.checkThere(answer.get(0));
                int at = 1;
                for (String key : partitions.get(i)) {
                  if (answer.get(at + 1) == null) {
                    view(projection, key, answer.get(at)).ifPresent(view -> found.put(key, view));
                  }
                  at += 2;
                }
              }
              return found;
            });
  }

  private static Command read(Projection<?> projection, Layout layout, List<String> keys) {
    return read(
        layout,
        Layout.partition(keys.getFirst()),
        keys.stream().map(key -> field(projection, key)).toList());
  }

  /** The mark of a partition; and what is in each field, with the note of that one's end. */
  private static Command read(Layout layout, int partition, List<String> fields) {
    Command read = new Command("HMGET").arg(layout.documents(partition)).arg(Layout.MARK);
    fields.forEach(field -> read.arg(field).arg(Layout.end(field)));
    return read;
  }

  private static String field(Projection<?> projection, String key) {
    return switch (projection) {
      case Projection.OfStreams<?> _ -> key;
      case Projection.OfKeys<?> _ -> Layout.document(key);
    };
  }

  private <D> Optional<View<D>> view(
      Projection<D> projection, String key, @Nullable Response found) {
    String text = Objects.toString(found, "");
    return switch (projection) {
      case Projection.OfStreams<D> _ ->
          StoredDocument.parse(text, models, projection.state()).view(key);
      case Projection.OfKeys<D> _ -> KeyDocument.view(key, text, models, projection.state());
    };
  }

  /** The revision of a stream that a projection has come to, −1 for none. */
  public Uni<Long> revision(Projection<?> projection, String stream) {
    return stored(projection, stream, stream)
        .map(found -> StoredDocument.fence(Objects.toString(found, "")).revision());
  }

  private Uni<@Nullable Response> stored(Projection<?> projection, String key, String field) {
    return active
        .ask(projection, layout -> List.of(read(layout, Layout.partition(key), List.of(field))))
        .map(List::getFirst)
        .invoke(found -> ActiveBuild.checkThere(found.get(0)))
        .map(found -> found.get(1));
  }

  /**
   * Waits until a projection has come to a revision of a stream, whichever instance brings it
   * there.
   *
   * @param limit how long to wait
   * @return whether it has
   */
  public Uni<Boolean> await(
      Projection<?> projection, String stream, long revision, Duration limit) {
    return await(
        projection,
        stream,
        stream,
        () -> revision(projection, stream).map(reached -> reached >= revision),
        limit);
  }

  /**
   * Waits until there is something newer than a document.
   *
   * @param limit how long to wait
   * @return whether there is
   */
  public <D> Uni<Boolean> awaitNewer(Projection<D> projection, View<?> than, Duration limit) {
    return await(
        projection,
        than.key(),
        field(projection, than.key()),
        () ->
            document(projection, than.key())
                .map(now -> now.filter(it -> it.version() > than.version()).isPresent()),
        limit);
  }

  private Uni<Boolean> await(
      Projection<?> projection,
      String key,
      String field,
      Supplier<Uni<Boolean>> reached,
      Duration limit) {
    int partition = Layout.partition(key);
    String millis = Long.toString(Math.max(limit.toMillis(), 1));
    return active
        .layout(projection)
        .chain(
            layout ->
                arrivals.await(
                    layout.documents(partition) + " " + field,
                    new Command(ANNOUNCE, List.of(layout.waiting(partition)), List.of(millis)),
                    reached,
                    limit));
  }

  /** The sums of a view by field, in the order of the fields' names. */
  public Uni<Map<String, BigInteger>> totals(Projection<?> projection, String view) {
    return active
        .askAll(
            projection,
            (layout, partition) -> layout.totals(partition, view),
            key -> new Command("HGETALL").arg(key))
        .map(Views::sums);
  }

  private static Map<String, BigInteger> sums(List<Response> answers) {
    Map<String, BigInteger> sums = new TreeMap<>();
    for (Response answer : answers) {
      for (String key : answer.getKeys()) {
        BigInteger half = new BigInteger(answer.get(key).toString());
        sums.merge(
            key.substring(0, key.length() - 2),
            key.endsWith(":h") ? half.shiftLeft(Integer.SIZE) : half,
            BigInteger::add);
      }
    }
    return sums;
  }

  /**
   * Sees to it that rankings have what a projection has added to them from a stream, as far as it
   * has come with that: whoever applies the events may be about to carry that over.
   */
  public Uni<Void> carryOver(Projection<?> projection, String stream) {
    int partition = Layout.partition(stream);
    return switch (projection) {
      case Projection.OfStreams<?> _ ->
          active
              .ask(projection, layout -> List.of(CarryOver.look(layout, partition)))
              .chain(
                  found ->
                      CarryOver.isPending(found.getFirst())
                          ? carryOver(projection, partition)
                          : Uni.createFrom().voidItem());
      case Projection.OfKeys<?> _ -> Uni.createFrom().voidItem(); // is done before it comes there
    };
  }

  private Uni<Void> carryOver(Projection<?> projection, int partition) {
    return active
        .layout(projection)
        .map(layout -> new CarryOver(models, layout, new Documents(models, layout)))
        .chain(carryOver -> carryOver.pending(Set.of(partition)));
  }

  /** A page of a ranking or index, in one round trip. */
  public Uni<Listing.Page<Listing.Ranked>> page(Projection<?> projection, Listing listing) {
    return active
        .askAll(
            projection,
            (layout, partition) -> layout.ranking(partition, listing.view()),
            key -> Entries.page(key, listing))
        .map(answers -> Entries.merge(answers, listing));
  }
}
