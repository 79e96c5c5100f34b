package dev.foldline.redis;

import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/** What one instance at a time may do. Safe for use by many threads. */
public final class Lease {

  private static final Script LEASE = Script.named("lease.lua");

  private final ReadModels models;
  private final String key;

  private Lease(ReadModels models, String key) {
    this.models = models;
    this.key = key;
  }

  static Lease at(ReadModels models, String key) {
    return new Lease(models, key);
  }

  /** That on what a reaction's waiting effects are taken up again with. */
  public static Lease ofReaction(ReadModels models, String reaction) {
    return new Lease(models, Layout.reaction(models.namespace(), reaction));
  }

  /**
   * Takes it, or keeps it.
   *
   * @param holder who; a name that nobody else has
   * @param limit after which another one may take it
   * @return whether it has it; fails with {@link Unavailable} while Redis is away
   */
  public Uni<Boolean> take(String holder, Duration limit) {
    return take(holder, limit.toMillis());
  }

  /** Gives it back, if it has it. */
  public Uni<Void> release(String holder) {
    return take(holder, 0).replaceWithVoid();
  }

  private Uni<Boolean> take(String holder, long millis) {
    return models
        .send(List.of(new Command(LEASE, List.of(key), List.of(holder, Long.toString(millis)))))
        .map(answers -> answers.getFirst().toString().equals("1"));
  }
}
