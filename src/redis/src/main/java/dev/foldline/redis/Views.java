package dev.foldline.redis;

import dev.foldline.core.Projection;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Queries of read models. */
public final class Views {

  private final ReadModels models;

  public Views(ReadModels models) {
    this.models = models;
  }

  /** A member of a ranking. */
  public record Ranked(String member, long score) {}

  /** A stream's document; none where the projection has seen no event of it. */
  public <D> Uni<Optional<View<D>>> document(Projection<D, ?> projection, String stream) {
    Layout layout = new Layout(projection.name());
    String key = layout.documents(Layout.partition(stream));
    return models
        .send(List.of(new Command("HGET").arg(key).arg(stream)))
        .map(
            answers ->
                Optional.ofNullable(answers.getFirst())
                    .map(found -> Stored.parse(found.toString(), models, projection.document()))
                    .flatMap(stored -> stored.view(stream)));
  }

  /** The sums of a view by field, in the order of the fields' names. */
  public Uni<Map<String, BigInteger>> totals(Projection<?, ?> projection, String view) {
    Layout layout = new Layout(projection.name());
    return models
        .send(all(partition -> new Command("HGETALL").arg(layout.totals(partition, view))))
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
  public Uni<List<Ranked>> top(Projection<?, ?> projection, String view, int limit) {
    Layout layout = new Layout(projection.name());
    String last = Integer.toString(Math.max(limit, 1) - 1);
    return models
        .send(
            all(
                partition ->
                    new Command("ZRANGE").arg(layout.ranking(partition, view)).arg("0").arg(last)))
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

  private static List<Command> all(Function<Integer, Command> command) {
    return IntStream.range(0, Layout.PARTITIONS).boxed().map(command).toList();
  }
}
