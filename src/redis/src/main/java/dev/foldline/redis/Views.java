package dev.foldline.redis;

import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Queries of read models. */
public final class Views {

  private static final String NONE = "";

  private final ReadModels models;
  private final Arrivals arrivals;
  private final Map<String, String> active = new ConcurrentHashMap<>();

  public Views(ReadModels models) {
    this(models, new Arrivals(models));
  }

  Views(ReadModels models, Arrivals arrivals) {
    this.models = models;
    this.arrivals = arrivals;
  }

  /** A member of a ranking. */
  public record Ranked(String member, long score) {}

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
    return stored(projection, key, field(projection, key))
        .map(found -> found.get(2) == null ? view(projection, key, found) : Optional.empty());
  }

  private static String field(Projection<?> projection, String key) {
    return switch (projection) {
      case Projection.OfStreams<?> _ -> key;
      case Projection.OfKeys<?> _ -> Layout.document(key);
    };
  }

  private <D> Optional<View<D>> view(Projection<D> projection, String key, Response found) {
    return switch (projection) {
      case Projection.OfStreams<D> _ ->
          StoredDocument.parse(text(found), models, projection.state()).view(key);
      case Projection.OfKeys<D> _ -> KeyDocument.view(key, text(found), models, projection.state());
    };
  }

  /** The revision of a stream that a projection has come to, −1 for none. */
  public Uni<Long> revision(Projection<?> projection, String stream) {
    return stored(projection, stream, stream)
        .map(found -> StoredDocument.fence(text(found)).revision());
  }

  private static String text(Response found) {
    return Objects.toString(found.get(1), "");
  }

  /** The partition's mark, what is in one of its fields, and the note of that one's end. */
  private Uni<Response> stored(Projection<?> projection, String key, String field) {
    int partition = Layout.partition(key);
    return query(
            projection,
            layout ->
                List.of(
                    new Command("HMGET")
                        .arg(layout.documents(partition))
                        .arg(Layout.MARK)
                        .arg(field)
                        .arg(Layout.end(field))))
        .map(List::getFirst)
        .invoke(found -> checkThere(found.get(0)));
  }

  private static void checkThere(@Nullable Response mark) {
    if (mark == null) {
      throw lost();
    }
  }

  private static Unavailable lost() {
    return new Unavailable("the read model was lost, and is being built again");
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
    int partition = Layout.partition(stream);
    String millis = Long.toString(Math.max(limit.toMillis(), 1));
    return query(projection, _ -> List.of())
        .map(_ -> layout(projection, active.getOrDefault(projection.name(), NONE)))
        .chain(
            layout ->
                arrivals.await(
                    layout.documents(partition) + " " + stream,
                    new Command("SET").arg(layout.waiting(partition)).arg("").arg("PX").arg(millis),
                    () -> revision(projection, stream).map(reached -> reached >= revision),
                    limit));
  }

  /** The sums of a view by field, in the order of the fields' names. */
  public Uni<Map<String, BigInteger>> totals(Projection<?> projection, String view) {
    return all(
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
   * The first of a ranking, highest score first; equal scores in the order of the members' names.
   *
   * @param limit how many at most
   */
  public Uni<List<Ranked>> top(Projection<?> projection, String view, int limit) {
    String last = Integer.toString(Math.max(limit, 1) - 1);
    return all(
            projection,
            (layout, partition) -> layout.ranking(partition, view),
            key -> new Command("ZRANGE").arg(key).arg("0").arg(last))
        .map(answers -> merge(answers, limit));
  }

  private static List<Ranked> merge(List<Response> answers, int limit) {
    return answers.stream()
        .flatMap(Response::stream)
        .map(Response::toString)
        .sorted(Comparator.naturalOrder())
        .limit(limit)
        .map(entry -> new Ranked(entry.substring(16), Layout.score(entry)))
        .toList();
  }

  private Layout layout(Projection<?> projection, String build) {
    return new Layout(models.namespace(), projection.name(), build);
  }

  /**
   * Asks the build that queries read. Which one that is comes with the answers, so that they are
   * never of a build that is not read any more.
   */
  private Uni<List<Response>> query(
      Projection<?> projection, Function<Layout, List<Command>> commands) {
    return query(projection, commands, active.getOrDefault(projection.name(), NONE));
  }

  private Uni<List<Response>> query(
      Projection<?> projection, Function<Layout, List<Command>> commands, String build) {
    List<Command> all = new ArrayList<>();
    all.add(
        new Command("HGET")
            .arg(Layout.builds(models.namespace(), projection.name()))
            .arg("active"));
    if (!build.equals(NONE)) {
      all.addAll(commands.apply(layout(projection, build)));
    }
    return models
        .send(all)
        .chain(
            answers -> {
              String now = Objects.toString(answers.getFirst(), NONE);
              if (now.equals(NONE)) {
                return Uni.createFrom().failure(new Unavailable("the read model is being built"));
              }
              if (now.equals(build)) {
                return Uni.createFrom().item(answers.subList(1, answers.size()));
              }
              active.put(projection.name(), now);
              return query(projection, commands, now);
            });
  }

  /**
   * Asks every partition for a shared view. Where one was lost, be it the partition or the view, it
   * is not left out; the first event of all may look like that, so it is asked for once more.
   */
  private Uni<List<Response>> all(
      Projection<?> projection,
      BiFunction<Layout, Integer, String> key,
      Function<String, Command> command) {
    Uni<List<Response>> asked =
        query(
            projection,
            layout ->
                IntStream.range(0, Layout.PARTITIONS)
                    .boxed()
                    .flatMap(partition -> ask(layout, partition, key, command))
                    .toList());
    return asked
        .chain(answers -> isWhole(answers) ? Uni.createFrom().item(answers) : asked)
        .map(
            answers -> {
              if (!isWhole(answers)) {
                throw lost();
              }
              return IntStream.iterate(0, i -> i < answers.size(), i -> i + 2)
                  .mapToObj(answers::get)
                  .toList();
            });
  }

  /** The view, and then whether it is to be there, and the partition is. */
  private static Stream<Command> ask(
      Layout layout,
      int partition,
      BiFunction<Layout, Integer, String> key,
      Function<String, Command> command) {
    String view = key.apply(layout, partition);
    return Stream.of(
        command.apply(view),
        new Command("HMGET")
            .arg(layout.documents(partition))
            .arg(Layout.MARK)
            .arg(layout.note(partition, view)));
  }

  private static boolean isWhole(List<Response> answers) {
    return IntStream.iterate(0, i -> i < answers.size(), i -> i + 2)
        .noneMatch(
            i -> {
              Response marks = answers.get(i + 1);
              return marks.get(0) == null || (marks.get(1) != null && answers.get(i).size() == 0);
            });
  }
}
