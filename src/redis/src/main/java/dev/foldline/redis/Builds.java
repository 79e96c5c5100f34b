package dev.foldline.redis;

import static java.util.stream.Collectors.toSet;

import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The builds of a projection's read models: which one queries read, which one each version of the
 * projection keeps up to date, and which one is on its way.
 *
 * <p>A hash holds it: {@code active}, {@code previous}, and which one a person has {@code chosen};
 * by version {@code live:…}, {@code building:…} and {@code beats:…}, see {@link Versions}; and by
 * build {@code events:…}, {@code landmark:…}, and {@code unneeded:…} until it is removed. A build's
 * name is its version, a dot, and a number. Each part of a build keeps its own {@link Checkpoint}.
 */
public final class Builds {

  private static final Script ACTIVATE = Script.named("activate.lua");
  private static final Script CHECKPOINT = Script.named("checkpoint.lua");
  private static final Script EVICTION = Script.named("eviction.lua");
  private static final Script LEASE = Script.named("lease.lua");
  private static final Script SWITCH_BACK = Script.named("switch-back.lua");
  private static final Script UNNEEDED_BUILDS = Script.named("unneeded.lua");
  private static final Script WHOLE = Script.named("whole.lua");
  private static final String EVENTS = "events:";
  private static final String LANDMARK = "landmark:";
  private static final String UNNEEDED = "unneeded:";

  private final ReadModels models;
  private final Projection<?> projection;
  private final String key;

  public Builds(ReadModels models, Projection<?> projection) {
    this.models = models;
    this.projection = projection;
    this.key = Layout.builds(models.namespace(), projection.name());
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

  private record Part(Replication replication, String kept) {

    static Part of(Response answer) {
      return new Part(
          new Replication(
              answer.get(0).toString(),
              Long.parseLong(answer.get(1).toString()),
              answer.get(2).toString(),
              Long.parseLong(answer.get(3).toString())),
          answer.get(4).toString());
    }

    String keptIn() {
      return kept.substring(0, Math.max(kept.indexOf(' '), 0));
    }

    boolean goesOn() {
      return keptIn().equals(replication.history());
    }

    long position() {
      return kept.isEmpty() ? -1 : Long.parseLong(kept.substring(kept.indexOf(' ') + 1));
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
                    : isOpen(live.get()).map(whole -> whole ? live : Optional.empty()));
  }

  private Uni<Boolean> isOpen(String build) {
    return marks(build).map(marks -> marks.stream().allMatch(Layout.OPEN::equals));
  }

  /** The mark of each partition; empty where it, or a shared view, was lost. */
  private Uni<List<String>> marks(String build) {
    Layout layout = layout(build);
    return views()
        .chain(
            views ->
                models.send(
                    partitions(
                        partition -> new Command(WHOLE, layout.keys(partition, views), List.of()))))
        .map(answers -> answers.stream().map(Response::toString).toList());
  }

  private Uni<List<String>> views() {
    return models
        .send(
            List.of(
                new Command("SMEMBERS").arg(Layout.views(models.namespace(), projection.name()))))
        .map(answers -> answers.getFirst().stream().map(Response::toString).toList());
  }

  /**
   * By which policies the Redis of each part of a build, be there one or not, evicts what it has;
   * none if it never does.
   */
  public Uni<Set<String>> evictionPolicies() {
    return models
        .send(
            layout(projection.version() + ".1").checkpoints().stream()
                .map(key -> new Command(EVICTION, List.of(key), List.of()))
                .toList())
        .map(
            answers ->
                answers.stream()
                    .map(Response::toString)
                    .filter(policy -> !policy.isEmpty() && !policy.equals("noeviction"))
                    .collect(toSet()));
  }

  /** Whether there is something of this projection in the form before it had a number. */
  public Uni<Boolean> isThereAnEarlierForm() {
    return models
        .send(List.of(new Command("EXISTS").arg(Layout.unnumberedBuilds(projection.name()))))
        .map(answers -> "1".equals(String.valueOf(answers.getFirst())));
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
        .call(this::register)
        .call(build -> mark(build, Layout.OPEN))
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
    return checkpoint(build)
        .chain(
            checkpoint ->
                get(EVENTS + build)
                    .map(
                        events ->
                            new Progress(checkpoint, events.map(Long::parseLong).orElse(0L))));
  }

  /** Keeps how far a build on its way is; as {@link #reached(Checkpoint)}. */
  public Uni<Progress> reached(Progress progress) {
    String build = progress.build();
    return reached(progress.checkpoint())
        .map(checkpoint -> new Progress(checkpoint, progress.events()))
        .call(() -> set(EVENTS + build, Long.toString(progress.events())));
  }

  /** Up to where a build has every event, as far as it is kept in Redis. */
  public Uni<Checkpoint> checkpoint(String build) {
    return checkpoints("look", build, _ -> "", -1)
        .map(
            parts ->
                new Checkpoint(
                    build,
                    parts.stream().map(Part::replication).toList(),
                    parts.stream().map(Part::keptIn).collect(toSet()),
                    parts.stream().mapToLong(Part::position).min().orElse(-1),
                    parts.stream().allMatch(Part::goesOn)));
  }

  /**
   * Keeps a checkpoint, now that everything up to its position is in the build, whatever was kept
   * before.
   *
   * @return the same, and what the Redis of each part tells by now; fails with {@link Unavailable}
   *     if one has begun another history since, and perhaps lost what came after the checkpoint
   *     before
   */
  public Uni<Checkpoint> reached(Checkpoint checkpoint) {
    return keep("keep", checkpoint).map(parts -> told(checkpoint, parts));
  }

  /**
   * Keeps a checkpoint, now that everything that came after the one before is settled.
   *
   * @return as {@link #reached(Checkpoint)}; fails too if the one before was {@linkplain #retract
   *     retracted}
   */
  public Uni<Checkpoint> goOn(Checkpoint checkpoint) {
    return keep("go on", checkpoint)
        .invoke(
            parts -> {
              if (!parts.stream().allMatch(Part::goesOn)) {
                throw new Unavailable("what was settled is not all in the read models");
              }
            })
        .map(parts -> told(checkpoint, parts));
  }

  /**
   * Says that of what came after a checkpoint something may be missing, whatever others have kept:
   * each one that keeps the build up to date applies it again.
   */
  public Uni<Void> retract(Checkpoint checkpoint) {
    return checkpoints("retract", checkpoint.build(), _ -> "", checkpoint.position())
        .replaceWithVoid();
  }

  private Uni<List<Part>> keep(String what, Checkpoint checkpoint) {
    List<String> histories = checkpoint.histories();
    return checkpoints(what, checkpoint.build(), histories::get, checkpoint.position())
        .invoke(
            parts -> {
              if (!parts.stream()
                  .map(part -> part.replication().history())
                  .toList()
                  .equals(histories)) {
                throw new Unavailable("Redis was started again or failed over");
              }
            });
  }

  private static Checkpoint told(Checkpoint checkpoint, List<Part> parts) {
    return new Checkpoint(
        checkpoint.build(),
        parts.stream().map(Part::replication).toList(),
        checkpoint.keptIn(),
        checkpoint.position(),
        checkpoint.whole());
  }

  private Uni<List<Part>> checkpoints(
      String what, String build, IntFunction<String> history, long position) {
    Layout layout = layout(build);
    List<String> keys = layout.checkpoints();
    return models
        .send(
            IntStream.range(0, keys.size())
                .mapToObj(
                    i -> {
                      boolean partition = i < Layout.PARTITIONS;
                      return new Command(
                          CHECKPOINT,
                          List.of(keys.get(i), partition ? layout.documents(i) : key),
                          List.of(
                              what,
                              Long.toString(position),
                              history.apply(i),
                              partition ? Layout.MARK : EVENTS + build));
                    })
                .toList())
        .map(answers -> answers.stream().map(Part::of).toList());
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
    Layout layout = layout(build);
    return models
        .send(
            partitions(
                partition -> new Command("HDEL").arg(layout.documents(partition)).arg(Layout.MARK)))
        .replaceWithVoid();
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
                marks(previous)
                    .map(marks -> marks.stream().noneMatch(String::isEmpty))
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
    Layout layout = layout(build);
    return views()
        .chain(views -> models.send(partitions(partition -> unlink(layout.keys(partition, views)))))
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

  /**
   * Takes the right to build, or keeps it.
   *
   * @param builder who; a name that nobody else has
   * @param limit after which another one may take it
   * @return whether it has it; otherwise another one is building
   */
  public Uni<Boolean> lease(String builder, Duration limit) {
    return lease(Layout.builder(models.namespace(), projection.name()), builder, limit.toMillis());
  }

  /** Whether nobody had the turn to replay parked events for a while; then it is the caller's. */
  public Uni<Boolean> takesTurn(Duration pause) {
    return lease(
        Layout.replayer(models.namespace(), projection.name()),
        UUID.randomUUID().toString(),
        pause.toMillis());
  }

  /** Gives the right to build back, if it has it. */
  public Uni<Void> release(String builder) {
    return lease(Layout.builder(models.namespace(), projection.name()), builder, 0)
        .replaceWithVoid();
  }

  private Uni<Boolean> lease(String lease, String holder, long millis) {
    return models
        .send(List.of(new Command(LEASE, List.of(lease), List.of(holder, Long.toString(millis)))))
        .map(answers -> answers.getFirst().toString().equals("1"));
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
    return new Layout(models.namespace(), projection.name(), build);
  }

  private static List<Command> partitions(IntFunction<Command> command) {
    return IntStream.range(0, Layout.PARTITIONS).mapToObj(command).toList();
  }
}
