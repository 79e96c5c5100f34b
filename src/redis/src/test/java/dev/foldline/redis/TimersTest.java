package dev.foldline.redis;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Unavailable;
import dev.foldline.redis.Timers.Due;
import dev.foldline.redis.Timers.Pending;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Timers")
class TimersTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int MANY = Integer.getInteger("timers.pending", 50_000);

  private static RealRedis redis;

  @BeforeAll
  static void start() {
    redis = new RealRedis();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static <T> T await(Uni<T> answer) {
    return answer.await().atMost(Duration.ofSeconds(10));
  }

  private static Timers timers(String reaction) {
    return new Timers(redis.models(), reaction);
  }

  private static Reminder reminder(String id, String effect) {
    return new Reminder("transfer-" + id, 7, effect);
  }

  private static List<Due> take(Timers timers, Instant now) {
    return await(timers.take(now, 10, MINUTE, MINUTE.multipliedBy(60)));
  }

  @Test
  void are_due_in_their_order_and_not_a_millisecond_before() {
    Timers timers = timers("order");
    Reminder odd = reminder("a@5:~", "übrig@3#x y");
    await(
        timers.set(
            Map.of(
                odd,
                NOON.plusNanos(1),
                reminder("b", "deadline"),
                NOON,
                reminder("c", "deadline"),
                NOON.plus(MINUTE))));

    assertThat(take(timers, NOON.minusMillis(1))).isEmpty();
    assertThat(take(timers, NOON)).containsExactly(new Due(reminder("b", "deadline"), NOON));
    assertThat(take(timers, NOON.plusMillis(1)))
        .as("rounded up")
        .containsExactly(new Due(odd, NOON.plusMillis(1)));
    assertThat(await(timers.pending()).next()).contains(NOON.plus(MINUTE));
  }

  @Test
  void that_are_not_settled_are_due_again_and_later_each_time() {
    Timers timers = timers("again");
    Reminder reminder = reminder("a", "deadline");
    await(timers.set(Map.of(reminder, NOON)));
    Due due = new Due(reminder, NOON);
    assertThat(take(timers, NOON)).containsExactly(due);
    assertThat(take(timers, NOON.plusSeconds(59))).as("it is another instance's").isEmpty();
    assertThat(await(timers.pending()).overdue()).contains(NOON);

    await(timers.set(Map.of(reminder, NOON)));
    assertThat(take(timers, NOON.plusSeconds(59))).as("its event is delivered again").isEmpty();
    Instant later = NOON.plus(MINUTE.multipliedBy(10));
    assertThat(take(timers, later)).containsExactly(due);
    assertThat(await(timers.pending()).next()).contains(later.plus(MINUTE.multipliedBy(10)));

    await(timers.settle(List.of(reminder)));
    assertThat(await(timers.pending()))
        .isEqualTo(new Pending(false, 0, Optional.empty(), Optional.empty()));
  }

  @Test
  void may_be_due_when_nobody_will_know() {
    Timers timers = timers("far");
    await(
        timers.set(
            Map.of(
                reminder("a", "x"), Instant.MAX,
                reminder("b", "x"), Instant.MIN,
                reminder("c", "x"), Instant.parse("+10000-01-01T00:00:00Z"))));
    assertThat(take(timers, NOON)).extracting(Due::reminder).containsExactly(reminder("b", "x"));
    assertThat(await(timers.pending()).next()).contains(Instant.parse("2026-06-01T13:00:00Z"));
  }

  @Test
  void are_known_to_be_lost() {
    Timers timers = timers("lost");
    await(timers.begin());
    await(timers.set(Map.of(reminder("a", "x"), NOON)));
    assertThat(await(timers.pending())).extracting(Pending::isThere).isEqualTo(true);
    assertThat(await(timers.pending()).reminders()).isEqualTo(1);
    Checkpoint reached = await(timers.reached(await(timers.checkpoint()).at(42)));
    assertThat(await(timers.checkpoint()))
        .extracting(Checkpoint::position, Checkpoint::whole)
        .containsExactly(42L, true);

    redis.failOver();
    assertThat(await(timers.checkpoint()).whole()).as("it may lack something").isFalse();
    assertThatThrownBy(() -> await(timers.goOn(reached.at(43)))).isInstanceOf(Unavailable.class);

    redis.command("DEL foldline:1:bank:{timers:lost}:due");
    assertThat(await(timers.pending()).isThere()).isFalse();
  }

  @Test
  void that_were_noted_are_due_unless_they_are_over() {
    Timers timers = timers("noted");
    OpenReminders open = timers.open("1");
    UUID over = UUID.randomUUID();
    Reminder odd = reminder("a@5:~", "übrig@3#x y");
    await(open.begin());
    await(
        open.note(
            Map.of(
                over,
                new Due(reminder("a", "x"), NOON),
                UUID.randomUUID(),
                new Due(odd, NOON.plusNanos(1)))));
    assertThat(take(timers, NOON.plus(MINUTE))).as("not before it is known").isEmpty();

    await(open.over(List.of(over, UUID.randomUUID())));
    assertThat(await(open.set(2))).isEqualTo(1);
    assertThat(await(open.set(2))).isZero();
    await(open.end());
    assertThat(take(timers, NOON)).isEmpty();
    assertThat(take(timers, NOON.plusMillis(1))).containsExactly(new Due(odd, NOON.plusMillis(1)));
  }

  @Test
  void that_were_noted_are_nobody_elses_and_are_known_to_be_lost() {
    Timers timers = timers("lost-notes");
    OpenReminders open = timers.open("1");
    OpenReminders another = timers.open("2");
    await(open.begin());
    await(open.note(Map.of(UUID.randomUUID(), new Due(reminder("a", "x"), NOON))));
    await(another.begin());
    await(another.end());
    assertThatThrownBy(() -> await(another.set(10))).isInstanceOf(Unavailable.class);
    assertThat(await(open.set(10))).isEqualTo(1);

    redis.command("DEL foldline:1:bank:{timers:lost-notes}:open:1");
    await(open.note(Map.of(UUID.randomUUID(), new Due(reminder("b", "x"), NOON))));
    assertThatThrownBy(() -> await(open.set(10))).isInstanceOf(Unavailable.class);
  }

  @Test
  void take_no_more_than_250_bytes_each() {
    Timers timers = timers("many");
    String key = "foldline:1:bank:{timers:many}:due";
    for (int i = 0; i < MANY; i += 1_000) {
      int from = i;
      await(
          timers.set(
              IntStream.range(from, from + 1_000)
                  .boxed()
                  .collect(
                      toMap(
                          each -> reminder(new UUID(each, -each).toString(), "deadline"),
                          each -> NOON.plusSeconds(each)))));
    }
    long bytes = Long.parseLong(redis.command("MEMORY USAGE " + key + " SAMPLES 0"));
    System.out.printf("%d pending reminders: %d bytes each%n", MANY, bytes / MANY);
    assertThat(bytes / MANY).isBetween(50L, 250L);
  }

  @Test
  void say_that_redis_is_away() {
    try (RealRedis other = new RealRedis()) {
      Timers away = new Timers(other.models(), "away");
      other.stop();
      assertThatThrownBy(() -> await(away.set(Map.of(reminder("a", "x"), NOON))))
          .isInstanceOf(Unavailable.class);
    }
  }
}
