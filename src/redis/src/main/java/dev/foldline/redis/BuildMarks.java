package dev.foldline.redis;

import dev.foldline.core.Projection;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The mark of each partition of a build: whether it may be applied to, or is closed. Where there is
 * none, what was there is lost.
 */
final class BuildMarks {

  private static final Script WHOLE = Script.named("whole.lua");

  private final ReadModels models;
  private final Projection<?> projection;

  BuildMarks(ReadModels models, Projection<?> projection) {
    this.models = models;
    this.projection = projection;
  }

  /** Whether all of a build is there, and may be applied to. */
  Uni<Boolean> isOpen(String build) {
    return of(build).map(marks -> marks.stream().allMatch(Layout.OPEN::equals));
  }

  /** The mark of each partition; empty where it, or a shared view, was lost. */
  Uni<List<String>> of(String build) {
    Layout layout = models.layout(projection, build);
    return views()
        .chain(
            views ->
                models.send(
                    partitions(
                        partition -> new Command(WHOLE, layout.keys(partition, views), List.of()))))
        .map(answers -> answers.stream().map(Response::toString).toList());
  }

  /** The views that cross documents, of all versions. */
  Uni<List<String>> views() {
    return models
        .send(
            List.of(
                new Command("SMEMBERS").arg(Layout.views(models.namespace(), projection.name()))))
        .map(answers -> answers.getFirst().stream().map(Response::toString).toList());
  }

  /** Marks each partition. */
  Uni<Void> put(String build, String mark) {
    Layout layout = models.layout(projection, build);
    return models
        .send(
            partitions(
                partition ->
                    new Command("HSET")
                        .arg(layout.documents(partition))
                        .arg(Layout.MARK)
                        .arg(mark)))
        .replaceWithVoid();
  }

  /** Has a build count as lost. */
  Uni<Void> remove(String build) {
    Layout layout = models.layout(projection, build);
    return models
        .send(
            partitions(
                partition -> new Command("HDEL").arg(layout.documents(partition)).arg(Layout.MARK)))
        .replaceWithVoid();
  }

  /** A command for each partition. */
  static List<Command> partitions(IntFunction<Command> command) {
    return IntStream.range(0, Layout.PARTITIONS).mapToObj(command).toList();
  }
}
