package dev.foldline.redis;

import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks the build of a projection that queries read.
 *
 * <p>Which one that is comes with the answers, so that they are never of a build that is not read
 * any more; and so does what shows that the parts which are asked are there and whole.
 */
final class ActiveBuild {

  private static final String NONE = "";

  /** What is asked of a partition's shared view: the question, whether it is there, its marks. */
  private static final int ANSWERS = 3;

  private final ReadModels models;
  private final Map<String, String> active = new ConcurrentHashMap<>();

  ActiveBuild(ReadModels models) {
    this.models = models;
  }

  /** Fails with {@link Unavailable} where there is none yet. */
  Uni<List<Response>> ask(Projection<?> projection, Function<Layout, List<Command>> commands) {
    return ask(projection, commands, active.getOrDefault(projection.name(), NONE));
  }

  private Uni<List<Response>> ask(
      Projection<?> projection, Function<Layout, List<Command>> commands, String build) {
    List<Command> all = new ArrayList<>();
    all.add(
        new Command("HGET")
            .arg(Layout.builds(models.namespace(), projection.name()))
            .arg("active"));
    if (!build.equals(NONE)) {
      all.addAll(commands.apply(models.layout(projection, build)));
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
              return ask(projection, commands, now);
            });
  }

  /** Where it is. */
  Uni<Layout> layout(Projection<?> projection) {
    return ask(projection, _ -> List.of())
        .map(_ -> models.layout(projection, active.getOrDefault(projection.name(), NONE)));
  }

  /**
   * Asks every partition for its part of a shared view. Where one was lost, be it the partition or
   * the view, it is not left out; the first event of all may look like that, so it is asked for
   * once more.
   *
   * @param key of the view in a partition
   * @param question about that key
   */
  Uni<List<Response>> askAll(
      Projection<?> projection,
      BiFunction<Layout, Integer, String> key,
      Function<String, Command> question) {
    Uni<List<Response>> asked =
        ask(
            projection,
            layout ->
                IntStream.range(0, Layout.PARTITIONS)
                    .boxed()
                    .flatMap(partition -> about(layout, partition, key, question))
                    .toList());
    return asked
        .chain(answers -> isWhole(answers) ? Uni.createFrom().item(answers) : asked)
        .map(
            answers -> {
              if (!isWhole(answers)) {
                throw lost();
              }
              return parts(answers).mapToObj(answers::get).toList();
            });
  }

  /** The marks come last: a view that is emptied meanwhile was there, and is noted no more. */
  private static Stream<Command> about(
      Layout layout,
      int partition,
      BiFunction<Layout, Integer, String> key,
      Function<String, Command> question) {
    String view = key.apply(layout, partition);
    return Stream.of(
        question.apply(view),
        new Command("EXISTS").arg(view),
        new Command("HMGET")
            .arg(layout.documents(partition))
            .arg(Layout.MARK)
            .arg(layout.note(partition, view)));
  }

  private static boolean isWhole(List<Response> answers) {
    return parts(answers)
        .noneMatch(
            i -> {
              boolean there = answers.get(i + 1).toString().equals("1");
              Response marks = answers.get(i + 2);
              return marks.get(0) == null || (marks.get(1) != null && !there);
            });
  }

  private static IntStream parts(List<Response> answers) {
    return IntStream.iterate(0, i -> i < answers.size(), i -> i + ANSWERS);
  }

  /** Fails where a partition has no mark. */
  static void checkThere(@Nullable Response mark) {
    if (mark == null) {
      throw lost();
    }
  }

  private static Unavailable lost() {
    return new Unavailable("the read model was lost, and is being built again");
  }
}
