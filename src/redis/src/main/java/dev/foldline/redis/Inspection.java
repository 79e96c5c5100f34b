package dev.foldline.redis;

import static java.util.stream.Collectors.toSet;

import dev.foldline.core.Projection;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Set;

/** What to look at in Redis before the read models of a projection are trusted to it. */
public final class Inspection {

  private static final Script EVICTION = Script.named("eviction.lua");

  private final ReadModels models;
  private final Projection<?> projection;

  Inspection(ReadModels models, Projection<?> projection) {
    this.models = models;
    this.projection = projection;
  }

  /**
   * By which policies the Redis of each part of a build, be there one or not, evicts what it has;
   * none if it never does.
   */
  public Uni<Set<String>> evictionPolicies() {
    return models
        .send(
            models.layout(projection, projection.version() + ".1").checkpoints().stream()
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
}
