package dev.foldline.redis;

import dev.foldline.core.Unavailable;
import dev.foldline.redis.PartCheckpoints.Place;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is due when, of one reaction: an index of reminders, which is made again from the log where
 * it is lost. Whoever takes what is due has it for a while, and settles it; what is not settled is
 * due again. Times are the event store's, in whole milliseconds. Safe for use by many threads.
 */
public final class Timers {

  private static final Script TAKE = Script.named("take-due.lua");
  private static final Script SET = Script.named("set-due.lua");

  /** The field that is in the hash for as long as the index is; and, in the index, never due. */
  private static final String MARK = "";

  /** What is due later than this is due with it: doubles count no further. */
  private static final long LATEST = 1L << 53;

  private final ReadModels models;
  private final String reaction;
  private final String due;
  private final String taken;
  private final String index;
  private final PartCheckpoints checkpoints;

  public Timers(ReadModels models, String reaction) {
    this.models = models;
    this.reaction = reaction;
    this.due = Layout.timers(models.namespace(), reaction, "due");
    this.taken = Layout.timers(models.namespace(), reaction, "taken");
    this.index = Layout.timers(models.namespace(), reaction, "index");
    this.checkpoints =
        new PartCheckpoints(
            models,
            reaction,
            List.of(
                new Place(Layout.timers(models.namespace(), reaction, "checkpoint"), index, MARK)));
  }

  /**
   * A reminder that is due.
   *
   * @param at when it was due first
   */
  public record Due(Reminder reminder, Instant at) {}

  /**
   * What is in the index.
   *
   * @param isThere whether there is an index
   * @param reminders how many
   * @param next when the next one is due
   * @param overdue since when the oldest is due that was taken and is not settled
   */
  public record Pending(
      boolean isThere, long reminders, Optional<Instant> next, Optional<Instant> overdue) {}

  /** Adds reminders, unless they are there. */
  public Uni<Void> set(Map<Reminder, Instant> all) {
    if (all.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<String> arguments = new ArrayList<>();
    all.forEach(
        (reminder, at) -> {
          arguments.add(Long.toString(milliseconds(at)));
          arguments.add(reminder.text());
        });
    return models.send(List.of(new Command(SET, List.of(due), arguments))).replaceWithVoid();
  }

  /** Rounded up: nothing is due before its time. */
  static long milliseconds(Instant at) {
    if (at.getEpochSecond() >= LATEST / 1_000) {
      return LATEST;
    }
    if (at.isBefore(Instant.EPOCH)) {
      return 0;
    }
    long floor = at.toEpochMilli();
    return Instant.ofEpochMilli(floor).equals(at) ? floor : floor + 1;
  }

  /**
   * Takes what is due, the oldest first.
   *
   * @param now the store's time
   * @param most how many at most
   * @param shortest for how long it is had at least; for as long again as it has been due, up to
   *     {@code longest}
   */
  public Uni<List<Due>> take(Instant now, int most, Duration shortest, Duration longest) {
    return models
        .send(
            List.of(
                new Command(
                    TAKE,
                    List.of(due, taken),
                    List.of(
                        Long.toString(now.toEpochMilli()),
                        Integer.toString(most),
                        Long.toString(shortest.toMillis()),
                        Long.toString(longest.toMillis())))))
        .map(answers -> taken(answers.getFirst()));
  }

  private static List<Due> taken(Response answer) {
    List<Due> all = new ArrayList<>();
    for (int i = 0; i < answer.size(); i += 2) {
      all.add(
          new Due(
              Reminder.parse(answer.get(i).toString()),
              Instant.ofEpochMilli(Long.parseLong(answer.get(i + 1).toString()))));
    }
    return all;
  }

  /** Has a reminder due at another time, as if it had not been taken. */
  public Uni<Void> move(Reminder reminder, Instant at) {
    return models
        .send(
            List.of(
                new Command("ZADD")
                    .arg(due)
                    .arg(Long.toString(milliseconds(at)))
                    .arg(reminder.text()),
                remove(taken, List.of(reminder))))
        .replaceWithVoid();
  }

  /** Has reminders no more. */
  public Uni<Void> settle(List<Reminder> reminders) {
    return reminders.isEmpty()
        ? Uni.createFrom().voidItem()
        : models.send(List.of(remove(taken, reminders), remove(due, reminders))).replaceWithVoid();
  }

  private static Command remove(String key, List<Reminder> reminders) {
    Command command = new Command("ZREM").arg(key);
    reminders.forEach(reminder -> command.arg(reminder.text()));
    return command;
  }

  /** What is in the index. */
  public Uni<Pending> pending() {
    return models
        .send(
            List.of(
                new Command("ZSCORE").arg(due).arg(MARK),
                new Command("ZCARD").arg(due),
                earliest(due),
                earliest(taken)))
        .map(
            answers -> {
              boolean isThere = answers.getFirst() != null;
              return new Pending(
                  isThere,
                  Long.parseLong(answers.get(1).toString()) - (isThere ? 1 : 0),
                  earliest(answers.get(2)),
                  earliest(answers.get(3)));
            });
  }

  private static Command earliest(String key) {
    return new Command("ZRANGEBYSCORE")
        .arg(key)
        .arg("-inf")
        .arg(Long.toString(LATEST))
        .arg("WITHSCORES")
        .arg("LIMIT")
        .arg("0")
        .arg("1");
  }

  /** A pair in a list where Redis speaks RESP3, and a list of two else. */
  private static Optional<Instant> earliest(Response found) {
    if (found.size() == 0) {
      return Optional.empty();
    }
    Response score = found.size() == 2 ? found.get(1) : found.get(0).get(1);
    return Optional.of(Instant.ofEpochMilli((long) Double.parseDouble(score.toString())));
  }

  /** Up to where every reminder is in the index, as far as it is kept in Redis. */
  public Uni<Checkpoint> checkpoint() {
    return checkpoints.now();
  }

  /**
   * Says that there is an index, before a checkpoint of it is kept.
   *
   * @return whether there was one
   */
  public Uni<Boolean> begin() {
    return models
        .send(
            List.of(
                new Command("HSET").arg(index).arg(MARK).arg("1"),
                new Command("ZADD").arg(due).arg("+inf").arg(MARK)))
        .map(added -> added.get(1).toString().equals("0"));
  }

  /**
   * What is noted while the index is made again.
   *
   * @param pass a name that no other one has
   */
  public OpenReminders open(String pass) {
    return new OpenReminders(
        models, Layout.timers(models.namespace(), reaction, "open:" + pass), due);
  }

  /**
   * Keeps a checkpoint, now that every reminder up to its position is in the index or settled.
   *
   * @return fails with {@link Unavailable} if Redis has begun another history since
   */
  public Uni<Checkpoint> reached(Checkpoint checkpoint) {
    return checkpoints.reached(checkpoint);
  }

  /**
   * Keeps a checkpoint, now that every reminder that came after the one before is in the index or
   * settled.
   *
   * @return as {@link #reached}; fails too if the one before was {@linkplain #retract retracted}
   */
  public Uni<Checkpoint> goOn(Checkpoint checkpoint) {
    return checkpoints.goOn(checkpoint);
  }

  /** Says that of what came after a checkpoint something may be missing. */
  public Uni<Void> retract(Checkpoint checkpoint) {
    return checkpoints.retract(checkpoint);
  }

  /** What one instance at a time does, while the index is made again. */
  public Lease rebuilding() {
    return Lease.at(models, Layout.timers(models.namespace(), checkpoints.build(), "rebuilding"));
  }
}
