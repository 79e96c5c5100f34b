package dev.foldline.redis;

import dev.foldline.core.Unavailable;
import dev.foldline.redis.Timers.Due;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What one reading of the log notes beside an index of reminders: what was due already, and may be
 * over further on. It is gone an hour after something was noted last. Safe for use by many threads.
 */
public final class OpenReminders {

  private static final Script SET = Script.named("set-open-due.lua");
  private static final Duration KEPT = Duration.ofHours(1);

  /** The field that is there for as long as nothing of it is lost. */
  private static final String MARK = "";

  private final ReadModels models;
  private final String open;
  private final String due;

  OpenReminders(ReadModels models, String open, String due) {
    this.models = models;
    this.open = open;
    this.due = due;
  }

  /** Begins, before anything is noted. */
  public Uni<Void> begin() {
    return keep(new Command("HSET").arg(open).arg(MARK).arg("1"));
  }

  private Uni<Void> keep(Command command) {
    return models
        .send(
            List.of(command, new Command("PEXPIRE").arg(open).arg(Long.toString(KEPT.toMillis()))))
        .replaceWithVoid();
  }

  /**
   * Notes what was due.
   *
   * @param all by the keys of their effects
   */
  public Uni<Void> note(Map<UUID, Due> all) {
    if (all.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Command command = new Command("HSET").arg(open);
    all.forEach(
        (key, each) ->
            command
                .arg(key.toString())
                .arg(Timers.milliseconds(each.at()) + " " + each.reminder().text()));
    return keep(command);
  }

  /** Says of effects that they are over: what was noted of them is forgotten. */
  public Uni<Void> over(Collection<UUID> keys) {
    if (keys.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Command command = new Command("HDEL").arg(open);
    keys.forEach(key -> command.arg(key.toString()));
    return models.send(List.of(command)).replaceWithVoid();
  }

  /**
   * Adds to the index what was noted and is not over.
   *
   * @param most how many at most, and two at least
   * @return how many they were, 0 where there are none left; fails with {@link Unavailable} where
   *     Redis has lost what was noted
   */
  public Uni<Integer> set(int most) {
    return models
        .send(List.of(new Command(SET, List.of(open, due), List.of(Integer.toString(most)))))
        .map(
            answers -> {
              int set = Integer.parseInt(answers.getFirst().toString());
              if (set < 0) {
                throw new Unavailable("Redis has lost what was noted of reminders");
              }
              return set;
            });
  }

  /** Forgets it all. */
  public Uni<Void> end() {
    return models.send(List.of(new Command("UNLINK").arg(open))).replaceWithVoid();
  }
}
