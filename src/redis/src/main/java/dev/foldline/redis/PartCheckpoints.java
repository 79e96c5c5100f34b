package dev.foldline.redis;

import static java.util.stream.Collectors.toSet;

import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How far something is that is kept in Redis, which each part of it keeps beside itself.
 *
 * @param build what it is called
 */
record PartCheckpoints(ReadModels models, String build, List<Place> places) {

  private static final Script CHECKPOINT = Script.named("checkpoint.lua");

  /**
   * Where a part is.
   *
   * @param checkpoint the key of its checkpoint
   * @param part the key of a hash
   * @param mark the field that is in the hash for as long as the part is there
   */
  record Place(String checkpoint, String part, String mark) {}

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

  /** Up to where it has every event, as far as it is kept in Redis. */
  Uni<Checkpoint> now() {
    return checkpoints("look", _ -> "", -1)
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
   * Keeps a checkpoint, now that everything up to its position is there, whatever was kept before.
   *
   * @return the same, and what the Redis of each part tells by now; fails with {@link Unavailable}
   *     if one has begun another history since, and perhaps lost what came after the checkpoint
   *     before
   */
  Uni<Checkpoint> reached(Checkpoint checkpoint) {
    return keep("keep", checkpoint).map(parts -> told(checkpoint, parts));
  }

  /**
   * Keeps a checkpoint, now that everything that came after the one before is settled.
   *
   * @return as {@link #reached}; fails too if the one before was {@linkplain #retract retracted}
   */
  Uni<Checkpoint> goOn(Checkpoint checkpoint) {
    return keep("go on", checkpoint)
        .invoke(
            parts -> {
              if (!parts.stream().allMatch(Part::goesOn)) {
                throw new Unavailable("what was settled is not all in Redis");
              }
            })
        .map(parts -> told(checkpoint, parts));
  }

  /**
   * Says that of what came after a checkpoint something may be missing, whatever others have kept.
   */
  Uni<Void> retract(Checkpoint checkpoint) {
    return checkpoints("retract", _ -> "", checkpoint.position()).replaceWithVoid();
  }

  private Uni<List<Part>> keep(String what, Checkpoint checkpoint) {
    List<String> histories = checkpoint.histories();
    return checkpoints(what, histories::get, checkpoint.position())
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

  private Uni<List<Part>> checkpoints(String what, IntFunction<String> history, long position) {
    return models
        .send(
            IntStream.range(0, places.size())
                .mapToObj(
                    i -> {
                      Place place = places.get(i);
                      return new Command(
                          CHECKPOINT,
                          List.of(place.checkpoint(), place.part()),
                          List.of(what, Long.toString(position), history.apply(i), place.mark()));
                    })
                .toList())
        .map(answers -> answers.stream().map(Part::of).toList());
  }
}
