package dev.foldline.redis;

import dev.foldline.core.Projection;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The events that could not be applied to a build of a projection's read models, whether they were
 * delivered or read from the log: what the build lacks.
 *
 * <p>A hash by stream and revision, dropped with its build. An event stays in it until someone
 * {@linkplain #remove removes} it. Safe for use by many threads.
 */
public final class Poisons {

  private static final String HELD = "held";
  private static final String PASSED = "passed";

  private final ReadModels models;
  private final String key;

  public Poisons(ReadModels models, Projection<?, ?> projection, String build) {
    this.models = models;
    this.key = Layout.poisons(projection.name(), build);
  }

  /**
   * An event that could not be applied.
   *
   * @param cause what its decoding, the projection or the writing of its document threw, as text
   * @param since when that was found
   * @param holds whether the later events of its stream wait for it; else it was passed over
   */
  public record Poisoned(String stream, long revision, String cause, Instant since, boolean holds) {

    private String field() {
      return revision + " " + stream;
    }

    private String value() {
      return since.toEpochMilli() + " " + (holds ? HELD : PASSED) + " " + cause;
    }

    private static Poisoned parse(String field, String value) {
      String[] which = field.split(" ", 2);
      String[] what = value.split(" ", 3);
      return new Poisoned(
          which[1],
          Long.parseLong(which[0]),
          what[2],
          Instant.ofEpochMilli(Long.parseLong(what[0])),
          what[1].equals(HELD));
    }
  }

  /**
   * Adds what a batch found. What is there already keeps its time.
   *
   * @return how many are new
   */
  public Uni<Integer> add(Map<String, List<Outcome.Poison>> poisoned, Instant now) {
    List<Poisoned> found = new ArrayList<>();
    poisoned.forEach(
        (stream, poisons) -> {
          for (Outcome.Poison poison : poisons) {
            String cause = poison.cause().toString();
            found.add(new Poisoned(stream, poison.revision(), cause, now, poison.holds()));
          }
        });
    if (found.isEmpty()) {
      return Uni.createFrom().item(0);
    }
    Command known = new Command("HMGET").arg(key);
    found.forEach(entry -> known.arg(entry.field()));
    return models
        .send(List.of(known))
        .map(List::getFirst)
        .map(
            values ->
                IntStream.range(0, found.size())
                    .filter(i -> values.get(i) == null)
                    .mapToObj(found::get)
                    .toList())
        .chain(this::set);
  }

  private Uni<Integer> set(List<Poisoned> entries) {
    if (entries.isEmpty()) {
      return Uni.createFrom().item(0);
    }
    Command set = new Command("HSET").arg(key);
    entries.forEach(entry -> set.arg(entry.field()).arg(entry.value()));
    return models.send(List.of(set)).map(added -> added.getFirst().toInteger());
  }

  /**
   * Some of them, in no order.
   *
   * @param limit about how many at most
   */
  public Uni<List<Poisoned>> list(int limit) {
    return list("0", limit, List.of());
  }

  private Uni<List<Poisoned>> list(String cursor, int limit, List<Poisoned> before) {
    return models
        .send(
            List.of(
                new Command("HSCAN")
                    .arg(key)
                    .arg(cursor)
                    .arg("COUNT")
                    .arg(Integer.toString(limit))))
        .map(List::getFirst)
        .chain(
            page -> {
              List<Poisoned> all = new ArrayList<>(before);
              Response entries = page.get(1);
              for (int i = 0; i < entries.size(); i += 2) {
                all.add(Poisoned.parse(entries.get(i).toString(), entries.get(i + 1).toString()));
              }
              String next = page.get(0).toString();
              return next.equals("0") || all.size() >= limit
                  ? Uni.createFrom().item(all)
                  : list(next, limit, all);
            });
  }

  /** Takes some away, because the build has them now, or does without them. */
  public Uni<Void> remove(Collection<Poisoned> some) {
    if (some.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Command remove = new Command("HDEL").arg(key);
    some.forEach(entry -> remove.arg(entry.field()));
    return models.send(List.of(remove)).replaceWithVoid();
  }
}
