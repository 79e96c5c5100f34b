package dev.foldline.redis;

import dev.foldline.core.Projection;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which versions of a projection some instance runs, as one that runs one of them finds out.
 *
 * <p>Each instance says so again and again, by counting. A version that has not counted on while
 * this instance did so some times is run by nobody. No clock is asked: neither a Redis that stood
 * still nor one whose time is another one makes a version look left. Safe for use by many threads.
 */
public final class Versions {

  private static final Script TAKE_OVER = Script.named("take-over.lua");
  private static final String BEATS = "beats:";

  private final ReadModels models;
  private final Projection<?> projection;
  private final int patience;
  private final String key;
  private final Map<Integer, Seen> seen = new HashMap<>();

  /**
   * @param patience how often this version counts on before another one that does not is left
   */
  public Versions(ReadModels models, Projection<?> projection, int patience) {
    this.models = models;
    this.projection = projection;
    this.patience = patience;
    this.key = Layout.builds(models.namespace(), projection.name());
  }

  /** What a version counted last, and how often this one has since. */
  private record Seen(String count, int since) {

    static Seen next(Seen before, Seen now) {
      return before.count().equals(now.count()) ? new Seen(now.count(), before.since() + 1) : now;
    }
  }

  /**
   * What an instance found.
   *
   * @param active the build that queries read, empty if there is none
   * @param absent the versions that nobody runs
   */
  public record Found(String active, Set<Integer> absent) {

    /** Whether nobody keeps up to date what queries read. */
    public boolean isActiveLeft() {
      return version(active).filter(absent::contains).isPresent();
    }
  }

  /** Says that this version is run, and finds out which ones are not. */
  public Uni<Found> beat() {
    return models
        .send(
            List.of(
                new Command("HINCRBY").arg(key).arg(BEATS + projection.version()).arg("1"),
                new Command("HGETALL").arg(key)))
        .map(answers -> found(answers.getLast()));
  }

  private synchronized Found found(Response fields) {
    Map<Integer, Seen> now = new HashMap<>();
    for (String field : fields.getKeys()) {
      if (field.startsWith("live:") || field.startsWith("building:") || field.startsWith(BEATS)) {
        version(field.substring(field.indexOf(':') + 1))
            .ifPresent(
                version ->
                    now.put(
                        version, new Seen(Objects.toString(fields.get(BEATS + version), ""), 0)));
      }
    }
    String active = Objects.toString(fields.get("active"), "");
    version(active).ifPresent(version -> now.putIfAbsent(version, new Seen("", 0)));
    now.remove(projection.version());
    seen.keySet().retainAll(now.keySet());
    now.forEach((version, latest) -> seen.merge(version, latest, Seen::next));
    Set<Integer> absent = new HashSet<>();
    seen.forEach(
        (version, last) -> {
          if (last.since() >= patience) {
            absent.add(version);
          }
        });
    return new Found(active, Set.copyOf(absent));
  }

  /** The version that a build's name begins with. */
  private static Optional<Integer> version(String build) {
    String digits = build.split("\\.", 2)[0];
    return digits.isEmpty() ? Optional.empty() : Optional.of(Integer.valueOf(digits));
  }

  /**
   * Has queries read the build that this version keeps up to date, instead of one that nobody does.
   *
   * @param live that build, which must be up to date
   * @return whether they do; not where a person has switched back to the other one, nor where a
   *     later version is run that has a build too
   */
  public Uni<Boolean> takeOver(Found found, String live) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(Integer.toString(projection.version()), live, found.active()));
    laterThanThis()
        .filter(version -> !found.absent().contains(version))
        .forEach(version -> arguments.add(Integer.toString(version)));
    return models
        .send(List.of(new Command(TAKE_OVER, List.of(key), arguments)))
        .map(answers -> answers.getFirst().toString().equals("1"));
  }

  private synchronized Stream<Integer> laterThanThis() {
    return Set.copyOf(seen.keySet()).stream().filter(version -> version > projection.version());
  }
}
