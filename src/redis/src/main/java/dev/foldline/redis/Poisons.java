package dev.foldline.redis;

import static java.util.stream.Collectors.toMap;

import dev.foldline.core.Projection;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The events that could not be applied to a build of a projection's read models, whether they were
 * delivered or read from the log: what the build lacks.
 *
 * <p>A hash, dropped with its build: by stream the event that holds it, by revision and stream each
 * that was passed over. An event stays in it until someone {@linkplain #remove removes} it. Safe
 * for use by many threads.
 */
public final class Poisons {

  private static final Script FORGET = Script.named("forget.lua");

  private final ReadModels models;
  private final String key;

  public Poisons(ReadModels models, Projection<?> projection, String build) {
    this.models = models;
    this.key = Layout.poisons(models.namespace(), projection.name(), build);
  }

  /**
   * An event that could not be applied.
   *
   * @param position of the event in the log, −1 where it is not known
   * @param cause what its decoding, the projection or the writing of its document threw, as text
   * @param since when that was found
   * @param holds whether the later events of its stream wait for it; else it was passed over
   */
  public record Poisoned(
      String stream, long revision, long position, String cause, Instant since, boolean holds) {

    private String field() {
      return holds ? heldField(stream) : revision + " " + stream;
    }

    private static String heldField(String stream) {
      return " " + stream;
    }

    private String value() {
      return revision + " " + position + " " + since.toEpochMilli() + " " + cause;
    }

    private static Poisoned parse(String field, String value) {
      int blank = field.indexOf(' ');
      String[] what = value.split(" ", 4);
      return new Poisoned(
          field.substring(blank + 1),
          Long.parseLong(what[0]),
          Long.parseLong(what[1]),
          what[3],
          Instant.ofEpochMilli(Long.parseLong(what[2])),
          blank == 0);
    }

    private Poisoned since(Instant earlier) {
      return new Poisoned(stream, revision, position, cause, earlier, holds);
    }
  }

  /**
   * Adds what a batch found. What is there already keeps its time.
   *
   * @return those that are new
   */
  public Uni<List<Poisoned>> add(Map<String, List<Applied.Poison>> poisoned, Instant now) {
    List<Poisoned> found = new ArrayList<>();
    poisoned.forEach(
        (stream, poisons) -> {
          for (Applied.Poison poison : poisons) {
            if (!(poison.cause() instanceof HeldBack)) {
              found.add(
                  new Poisoned(
                      stream,
                      poison.revision(),
                      poison.position(),
                      poison.cause().toString(),
                      now,
                      poison.holds()));
            }
          }
        });
    return get(found.stream().map(Poisoned::field).toList())
        .chain(
            known -> {
              List<Poisoned> changed = new ArrayList<>();
              List<Poisoned> added = new ArrayList<>();
              for (Poisoned entry : found) {
                @Nullable Poisoned before = known.get(entry.field());
                if (before == null || before.revision() != entry.revision()) {
                  changed.add(entry);
                  added.add(entry);
                } else if (!before.cause().equals(entry.cause())) {
                  changed.add(entry.since(before.since()));
                }
              }
              return set(changed).replaceWith(added);
            });
  }

  /** Those that hold their streams, by stream; of each there is one at most. */
  Uni<Map<String, Poisoned>> held(List<String> streams) {
    return get(streams.stream().map(Poisoned::heldField).toList())
        .map(
            found -> found.values().stream().collect(toMap(Poisoned::stream, Function.identity())));
  }

  private Uni<Map<String, Poisoned>> get(List<String> fields) {
    if (fields.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    Command get = new Command("HMGET").arg(key);
    fields.forEach(get::arg);
    return models
        .send(List.of(get))
        .map(List::getFirst)
        .map(
            values -> {
              Map<String, Poisoned> found = new HashMap<>();
              for (int i = 0; i < fields.size(); i++) {
                @Nullable Response value = values.get(i);
                if (value != null) {
                  found.put(fields.get(i), Poisoned.parse(fields.get(i), value.toString()));
                }
              }
              return found;
            });
  }

  private Uni<Void> set(List<Poisoned> entries) {
    if (entries.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Command set = new Command("HSET").arg(key);
    entries.forEach(entry -> set.arg(entry.field()).arg(entry.value()));
    return models.send(List.of(set)).replaceWithVoid();
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

  /**
   * Takes some away, because the build has them now, or does without them; but none that another
   * instance has replaced since it was read.
   */
  public Uni<Void> remove(Collection<Poisoned> some) {
    if (some.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<String> entries = new ArrayList<>();
    some.forEach(entry -> entries.addAll(List.of(entry.field(), entry.value())));
    return models.send(List.of(new Command(FORGET, List.of(key), entries))).replaceWithVoid();
  }
}
