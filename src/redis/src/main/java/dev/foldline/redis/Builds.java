package dev.foldline.redis;

import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The builds of a projection's read models: which one queries read, which one each version of the
 * projection keeps up to date, and which one is on its way.
 *
 * <p>A hash holds it: {@code active}, {@code previous}, and which one a person has {@code chosen};
 * by version {@code live:…}, {@code building:…} and {@code beats:…}, see {@link Versions}; and by
 * build {@code events:…}, {@code landmark:…}, and {@code unneeded:…} until it is removed. A build's
 * name is its version, a dot, and a number. How far each part of a build is: {@link
 * BuildCheckpoints}.
 */
public final class Builds {

  private static final Script ACTIVATE = Script.named("activate.lua");
  private static final Script SWITCH_BACK = Script.named("switch-back.lua");
  private static final Script UNNEEDED_BUILDS = Script.named("unneeded.lua");
  static final String EVENTS = "events:";
  private static final String LANDMARK = "landmark:";
  private static final String UNNEEDED = "unneeded:";

  private final ReadModels models;
  private final Projection<?> projection;
  private final String key;
  private final BuildMarks marks;
  private final BuildCheckpoints checkpoints;

  public Builds(ReadModels models, Projection<?> projection) {
    this.models = models;
    this.projection = projection;
    this.key = Layout.builds(models.namespace(), projection.name());
    this.marks = new BuildMarks(models, projection);
    this.checkpoints = new BuildCheckpoints(models, projection);
  }

  /** How far each build is. */
  public BuildCheckpoints checkpoints() {
    return checkpoints;
  }

  /** Who builds, and who replays. */
  public Turns turns() {
    return new Turns(models, projection.name());
  }

  /** What to look at in Redis before it is relied on. */
  public Inspection inspection() {
    return new Inspection(models, projection);
  }

  /**
   * How far a build on its way is.
   *
   * @param events how many are in it
   */
  public record Progress(Checkpoint checkpoint, long events) {

    public String build() {
      return checkpoint.build();
    }

    /** The same, some events further. */
    public Progress at(long position, int more) {
      return new Progress(checkpoint.at(position), events + more);
    }
  }

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
                    : marks.isOpen(live.get()).map(whole -> whole ? live : Optional.empty()));
  }

  /** The build on its way for this version, where it is; begun if there is none. */
  public Uni<Progress> begin() {
    return get("building:" + projection.version())
        .chain(
            building ->
                building.isEmpty()
                    ? create()
                    : marks
                        .isOpen(building.get())
                        .chain(whole -> whole ? progress(building.get()) : create()));
  }

  private Uni<Progress> create() {
    return models
        .send(List.of(new Command("HINCRBY").arg(key).arg("count").arg("1")))
        .map(answers -> projection.version() + "." + answers.getFirst())
        .call(this::register)
        .call(build -> marks.put(build, Layout.OPEN))
        .chain(this::progress);
  }

  /** In one step, and before there is anything of it: else it would count as unneeded, or leak. */
  private Uni<Void> register(String build) {
    return models
        .send(
            List.of(
                new Command("HSET")
                    .arg(key)
                    .arg(EVENTS + build)
                    .arg("0")
                    .arg("building:" + projection.version())
                    .arg(build)))
        .replaceWithVoid();
  }

  /** Lets nothing more be applied to a build; queries go on reading it. */
  public Uni<Void> close(String build) {
    return marks.put(build, Layout.CLOSED);
  }

  private Uni<Progress> progress(String build) {
    return checkpoints
        .of(build)
        .chain(
            checkpoint ->
                get(EVENTS + build)
                    .map(
                        events ->
                            new Progress(checkpoint, events.map(Long::parseLong).orElse(0L))));
  }

  /** Keeps how far a build on its way is; as {@link BuildCheckpoints#reached}. */
  public Uni<Progress> reached(Progress progress) {
    String build = progress.build();
    return checkpoints
        .reached(progress.checkpoint())
        .map(checkpoint -> new Progress(checkpoint, progress.events()))
        .call(() -> set(EVENTS + build, Long.toString(progress.events())));
  }

  /** Keeps an event that is in a build. */
  public Uni<Void> keep(String build, Landmark landmark) {
    return set(LANDMARK + build, landmark.format());
  }

  /** The event that was kept last of those that are in a build. */
  public Uni<Optional<Landmark>> landmark(String build) {
    return get(LANDMARK + build).map(kept -> kept.map(Landmark::parse));
  }

  /** Has a build count as lost, because it is of another log than the store's. */
  public Uni<Void> distrust(String build) {
    return marks.remove(build);
  }

  /**
   * Makes a build the one that its version keeps up to date, and, in the same atomic step, the one
   * that queries read, unless that is of a later version. Nothing happens to one that is already.
   *
   * @return fails if it is not the one on its way
   */
  public Uni<Void> activate(String build) {
    return models
        .send(
            List.of(
                new Command(
                    ACTIVATE,
                    List.of(key),
                    List.of(Integer.toString(projection.version()), build))))
        .replaceWithVoid();
  }

  /** The builds that nobody needs any more, and that are not removed yet. */
  public Uni<List<String>> unneeded() {
    return unneeded(Set.of());
  }

  /**
   * The same.
   *
   * @param absent the versions that nobody runs any more
   */
  public Uni<List<String>> unneeded(Set<Integer> absent) {
    return models
        .send(
            List.of(
                new Command(
                    UNNEEDED_BUILDS,
                    List.of(key),
                    absent.stream().map(version -> Integer.toString(version)).toList())))
        .map(answers -> answers.getFirst().stream().map(Response::toString).toList());
  }

  /**
   * Has queries read the build again that they read before the last switch to a new version, or the
   * one that has replaced it since.
   *
   * @return its name; fails with {@link NotFound} if there is none, or it was lost
   */
  public Uni<String> switchBack() {
    return get("previous")
        .map(Optional::orElseThrow)
        .chain(
            previous ->
                marks
                    .of(previous)
                    .map(found -> found.stream().noneMatch(String::isEmpty))
                    .map(whole -> Optional.of(previous).filter(_ -> whole).orElseThrow()))
        .onFailure(NoSuchElementException.class)
        .transform(_ -> new NotFound("there is nothing to switch back to"))
        .call(this::switchBackTo);
  }

  /** Has queries read a build, if it still is the one to switch back to. */
  Uni<Void> switchBackTo(String previous) {
    return models
        .send(List.of(new Command(SWITCH_BACK, List.of(key), List.of(previous))))
        .invoke(
            answers -> {
              if (answers.getFirst().toString().equals("0")) {
                throw new Unavailable("build " + previous + " was replaced at this moment");
              }
            })
        .replaceWithVoid();
  }

  /** Removes a build. Whoever still writes to it finds it lost. */
  public Uni<Void> drop(String build) {
    Layout layout = models.layout(projection, build);
    return marks
        .views()
        .chain(
            views ->
                models.send(
                    BuildMarks.partitions(partition -> unlink(layout.keys(partition, views)))))
        .chain(
            () ->
                models.send(
                    List.of(
                        new Command("HDEL").arg(key).arg(EVENTS + build).arg(LANDMARK + build))))
        .chain(
            () ->
                models.send(
                    Stream.concat(
                            Stream.of(
                                unlink(
                                    List.of(
                                        Layout.poisons(
                                            models.namespace(), projection.name(), build)))),
                            layout.checkpoints().stream().map(each -> unlink(List.of(each))))
                        .toList()))
        .chain(() -> models.send(List.of(new Command("HDEL").arg(key).arg(UNNEEDED + build))))
        .replaceWithVoid();
  }

  private static Command unlink(List<String> keys) {
    Command command = new Command("UNLINK");
    keys.forEach(command::arg);
    return command;
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
}
