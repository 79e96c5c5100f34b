package dev.foldline.redis;

import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The builds of a projection's read models: which one queries read, which one each version of the
 * projection keeps up to date, and which one is on its way.
 *
 * <p>A hash holds it: {@code active} and {@code previous}; by version {@code live:…} and {@code
 * building:…}; and by build {@code position:…} and {@code events:…}. A build's name is its version,
 * a dot, and a number.
 */
public final class Builds {

  private static final Script ACTIVATE = Script.named("activate.lua");

  private final ReadModels models;
  private final Projection<?, ?> projection;
  private final String key;

  public Builds(ReadModels models, Projection<?, ?> projection) {
    this.models = models;
    this.projection = projection;
    this.key = Layout.builds(projection.name());
  }

  /**
   * How far a build is.
   *
   * @param position of the last event in it, in the log of all streams; −1 before the first
   * @param events how many are in it
   */
  public record Progress(String build, long position, long events) {}

  /** The build that this version keeps up to date, be it whole or not. */
  public Uni<Optional<String>> named() {
    return get("live:" + projection.version());
  }

  /** The build that this version keeps up to date; none if there is none, or it was lost. */
  public Uni<Optional<String>> live() {
    return named()
        .chain(
            live ->
                live.isEmpty()
                    ? Uni.createFrom().item(live)
                    : isOpen(live.get()).map(whole -> whole ? live : Optional.empty()));
  }

  private Uni<Boolean> isOpen(String build) {
    Layout layout = layout(build);
    return models
        .send(
            partitions(
                partition -> new Command("HGET").arg(layout.documents(partition)).arg(Layout.MARK)))
        .map(
            answers ->
                answers.stream().allMatch(mark -> Objects.toString(mark, "").equals(Layout.OPEN)));
  }

  /** The build on its way for this version, where it is; begun if there is none. */
  public Uni<Progress> begin() {
    return get("building:" + projection.version())
        .chain(
            building ->
                building.isEmpty()
                    ? create()
                    : isOpen(building.get())
                        .chain(whole -> whole ? progress(building.get()) : create()));
  }

  private Uni<Progress> create() {
    return models
        .send(List.of(new Command("HINCRBY").arg(key).arg("count").arg("1")))
        .map(answers -> projection.version() + "." + answers.getFirst())
        .call(build -> mark(build, Layout.OPEN))
        .call(build -> set("building:" + projection.version(), build))
        .map(build -> new Progress(build, -1, 0));
  }

  /** Lets nothing more be applied to a build; queries go on reading it. */
  public Uni<Void> close(String build) {
    return mark(build, Layout.CLOSED);
  }

  private Uni<Void> mark(String build, String mark) {
    Layout layout = layout(build);
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

  private Uni<Progress> progress(String build) {
    return models
        .send(
            List.of(new Command("HMGET").arg(key).arg("position:" + build).arg("events:" + build)))
        .map(
            answers ->
                new Progress(
                    build, number(answers.getFirst(), 0, -1), number(answers.getFirst(), 1, 0)));
  }

  private static long number(Response answers, int index, long otherwise) {
    @Nullable Response answer = answers.get(index);
    return answer == null ? otherwise : answer.toLong();
  }

  /** Keeps how far a build is. */
  public Uni<Void> reached(Progress progress) {
    return models
        .send(
            List.of(
                new Command("HSET")
                    .arg(key)
                    .arg("position:" + progress.build())
                    .arg(Long.toString(progress.position()))
                    .arg("events:" + progress.build())
                    .arg(Long.toString(progress.events()))))
        .replaceWithVoid();
  }

  /**
   * Makes a build the one that its version keeps up to date, and, in the same atomic step, the one
   * that queries read, unless that is of a later version.
   *
   * @return the builds that nobody needs any more
   */
  public Uni<List<String>> activate(String build) {
    return models
        .send(
            List.of(
                new Command(
                    ACTIVATE,
                    List.of(key),
                    List.of(Integer.toString(projection.version()), build))))
        .map(answers -> answers.getFirst().stream().map(Response::toString).toList());
  }

  /**
   * Has queries read the build again that they read before the last switch to a new version, or the
   * one that has replaced it since.
   */
  public Uni<Void> switchBack() {
    return get("previous")
        .chain(
            previous ->
                previous
                    .map(build -> set("active", build))
                    .orElseGet(
                        () ->
                            Uni.createFrom()
                                .failure(new Unavailable("there is nothing to switch back to"))));
  }

  /** Removes a build. Whoever still writes to it finds it lost. */
  public Uni<Void> drop(String build) {
    Layout layout = layout(build);
    return models
        .send(List.of(new Command("SMEMBERS").arg(Layout.views(projection.name()))))
        .map(answers -> answers.getFirst().stream().map(Response::toString).toList())
        .chain(views -> models.send(partitions(partition -> unlink(layout.keys(partition, views)))))
        .chain(
            () ->
                models.send(
                    List.of(
                        new Command("HDEL")
                            .arg(key)
                            .arg("position:" + build)
                            .arg("events:" + build),
                        unlink(List.of(Layout.poisons(projection.name(), build))))))
        .replaceWithVoid();
  }

  private static Command unlink(List<String> keys) {
    Command command = new Command("UNLINK");
    keys.forEach(command::arg);
    return command;
  }

  /**
   * Takes the right to build, or keeps it.
   *
   * @param builder who; a name that nobody else has
   * @param limit after which another one may take it
   * @return whether it has it; otherwise another one is building
   */
  public Uni<Boolean> lease(String builder, Duration limit) {
    String lease = Layout.builder(projection.name());
    String millis = Long.toString(limit.toMillis());
    return models
        .send(List.of(new Command("SET").arg(lease).arg(builder).arg("NX").arg("PX").arg(millis)))
        .chain(() -> models.send(List.of(new Command("GET").arg(lease))))
        .map(answers -> Objects.toString(answers.getFirst(), "").equals(builder))
        .call(
            mine ->
                mine
                    ? models.send(List.of(new Command("PEXPIRE").arg(lease).arg(millis)))
                    : Uni.createFrom().voidItem());
  }

  /** Gives the right to build back. */
  public Uni<Void> release() {
    return models
        .send(List.of(new Command("DEL").arg(Layout.builder(projection.name()))))
        .replaceWithVoid();
  }

  private Uni<Optional<String>> get(String field) {
    return models
        .send(List.of(new Command("HGET").arg(key).arg(field)))
        .map(answers -> Optional.ofNullable(answers.getFirst()).map(Response::toString));
  }

  private Uni<Void> set(String field, String value) {
    return models
        .send(List.of(new Command("HSET").arg(key).arg(field).arg(value)))
        .replaceWithVoid();
  }

  private Layout layout(String build) {
    return new Layout(projection.name(), build);
  }

  private static List<Command> partitions(IntFunction<Command> command) {
    return IntStream.range(0, Layout.PARTITIONS).mapToObj(command).toList();
  }
}
