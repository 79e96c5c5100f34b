package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.testing.Cable;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

  private static final RealRedis redis = new RealRedis();
  private static final Duration LONG = Duration.ofSeconds(20);

  private static final Projection<String> LAST =
      Projection.of("last", 1, String.class)
          .on(Samples.TEXTS, (_, event) -> Changes.to(event.event().text()));

  /** Two instances: one that asks, and one that writes. */
  private final Views views = new Views(redis.models());

  private String build = "";

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
    redis.command("CLIENT KILL TYPE pubsub"); // of the tests before, whose pool is the same
    Builds builds = new Builds(redis.models(), LAST);
    build = await(builds.begin()).build();
    await(builds.activate(build));
  }

  private void write(String stream, long revision) {
    var projector =
        new Projector<Samples.Text, String>(
            redis.models(),
            LAST,
            build,
            OnPoison.HOLD,
            Projector.Passing.UNHEARD,
            List::of,
            RealRedis.noHistory());
    await(
        projector.apply(
            List.of(
                new Recorded<>(
                    new Samples.Text("e"),
                    new UUID(0, revision),
                    stream,
                    revision,
                    revision,
                    Instant.EPOCH,
                    Map.of()))));
  }

  private CompletableFuture<Boolean> asks(String stream, long revision, Duration limit) {
    return views.await(LAST, stream, revision, limit).subscribeAsCompletionStage();
  }

  private void untilSomeoneWaits(String stream) {
    String key = new Layout(RealRedis.NAMESPACE, "last", build).waiting(Layout.partition(stream));
    for (int i = 0; redis.command("EXISTS " + key).equals("0"); i++) {
      assertThat(i).isLessThan(10_000);
    }
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LONG);
  }

  @Test
  void who_waits_is_woken_by_the_write_it_waits_for() {
    CompletableFuture<Boolean> second = asks("n-1", 1, LONG);
    untilSomeoneWaits("n-1");

    write("n-1", 0);
    assertThat(second).isNotDone();
    write("n-1", 1);

    assertThat(second.orTimeout(20, TimeUnit.SECONDS).join()).isTrue();
    assertThat(await(views.document(LAST, "n-1"))).hasValue(new View<>("n-1", 1, "e"));
  }

  @Test
  void what_is_there_is_not_waited_for() {
    write("n-1", 3);

    assertThat(asks("n-1", 2, LONG).join()).isTrue();
    assertThat(await(views.revision(LAST, "n-1"))).isEqualTo(3);
    assertThat(await(views.revision(LAST, "n-2"))).isEqualTo(-1);
  }

  @Test
  void what_does_not_come_is_given_up() {
    write("n-1", 3);

    assertThat(asks("n-1", 4, Duration.ofMillis(50)).join()).isFalse();
  }

  @Test
  void who_waits_for_long_is_woken_after_one_who_waited_for_a_moment_has_gone() {
    CompletableFuture<Boolean> patient = asks("n-1", 0, LONG);
    untilSomeoneWaits("n-1");
    assertThat(asks("n-1", 7, Duration.ofMillis(1)).join()).isFalse();

    write("n-1", 0);

    assertThat(patient.orTimeout(LONG.toMillis() / 2, TimeUnit.MILLISECONDS).join()).isTrue();
  }

  @Test
  void nobody_is_forgotten_however_writes_and_waits_meet() {
    List<CompletableFuture<Boolean>> all =
        IntStream.range(0, 200)
            .mapToObj(
                i -> {
                  CompletableFuture<Boolean> asked = asks("n-" + i, 0, LONG);
                  write("n-" + i, 0);
                  return asked;
                })
            .toList();

    all.forEach(asked -> assertThat(asked.join()).isTrue());
  }

  @Test
  void a_lost_connection_is_replaced() {
    CompletableFuture<Boolean> first = asks("n-1", 0, LONG);
    untilSomeoneWaits("n-1");
    redis.command("CLIENT KILL TYPE pubsub");
    write("n-1", 0);

    assertThat(first.join()).isTrue();
    CompletableFuture<Boolean> second = asks("n-2", 0, LONG);
    untilSomeoneWaits("n-2");
    write("n-2", 0);
    assertThat(second.join()).isTrue();
  }

  @Test
  void a_connection_that_went_silent_is_replaced() {
    Vertx vertx = Vertx.vertx();
    try (Cable way = new Cable(redis.port())) {
      Redis client = RealRedis.client(vertx, way.port());
      ReadModels models =
          new ReadModels(client, new ObjectMapper(), Duration.ofMillis(500), RealRedis.NAMESPACE);
      Views silenced = new Views(models, new Arrivals(models, Duration.ofMillis(50)));
      write("n-1", 0);
      assertThat(await(silenced.await(LAST, "n-1", 0, LONG))).isTrue();

      way.silence();
      for (int failed = 0; isSilent(models); failed++) {
        assertThat(failed).isLessThan(10);
      }
      CompletableFuture<Boolean> asked =
          silenced.await(LAST, "n-2", 0, LONG).subscribeAsCompletionStage();
      untilSomeoneWaits("n-2");
      write("n-2", 0);

      assertThat(asked.orTimeout(LONG.toMillis() / 2, TimeUnit.MILLISECONDS).join()).isTrue();
      client.close();
    } finally {
      vertx.closeAndAwait();
    }
  }

  @Test
  void a_connection_that_is_silent_from_the_beginning_is_replaced() {
    Vertx vertx = Vertx.vertx();
    try (Cable way = new Cable(redis.port())) {
      Redis client = RealRedis.client(vertx, way.port());
      ReadModels models =
          new ReadModels(client, new ObjectMapper(), Duration.ofMillis(500), RealRedis.NAMESPACE);
      Arrivals arrivals = new Arrivals(models);
      way.die();
      assertThatThrownBy(
              () ->
                  await(
                      arrivals.await(
                          "last n-1",
                          new Command("PING"),
                          () -> Uni.createFrom().item(false),
                          Duration.ofSeconds(5))))
          .isInstanceOf(Unavailable.class);
      way.revive();

      for (int failed = 0; isSilent(models) || !listens(arrivals); failed++) {
        assertThat(failed).isLessThan(10);
      }
      client.close();
    } finally {
      vertx.closeAndAwait();
    }
  }

  private static boolean listens(Arrivals arrivals) {
    try {
      return await(
          arrivals.await("last n-1", new Command("PING"), () -> Uni.createFrom().item(true), LONG));
    } catch (Unavailable _) {
      return false;
    }
  }

  @Test
  void a_connection_is_kept_however_often_nothing_can_be_told_to_it() {
    Views patient = new Views(redis.models(), new Arrivals(redis.models(), Duration.ofMillis(10)));
    write("n-1", 0);
    assertThat(await(patient.await(LAST, "n-1", 0, LONG))).isTrue();
    redis.command("CONFIG RESETSTAT");
    redis.command("ACL SETUSER default -publish");
    try {
      for (int i = 0; refused() < 3; i++) {
        assertThat(i).isLessThan(10_000);
      }
      assertThat(redis.command("PUBSUB NUMSUB foldline:1:bank:written")).contains(" 1");
    } finally {
      redis.command("ACL SETUSER default +publish");
    }
  }

  private static int refused() {
    Matcher found =
        Pattern.compile("cmdstat_publish:.*rejected_calls=(\\d+)")
            .matcher(redis.command("INFO commandstats"));
    return found.find() ? Integer.parseInt(found.group(1)) : 0;
  }

  private static boolean isSilent(ReadModels models) {
    try {
      await(models.ping());
      return false;
    } catch (Unavailable _) {
      return true;
    }
  }

  @Test
  void who_is_not_woken_looks_once_more_before_giving_up() {
    CompletableFuture<Boolean> asked = asks("n-1", 0, Duration.ofMillis(500));
    untilSomeoneWaits("n-1");

    String documents =
        new Layout(RealRedis.NAMESPACE, "last", build).documents(Layout.partition("n-1"));
    await(
        redis
            .models()
            .send(List.of(new Command("HSET").arg(documents).arg("n-1").arg("0 0 \"e\""))));

    assertThat(asked.join()).isTrue();
  }

  @Test
  void no_connection_is_left_over_however_often_listening_is_refused() {
    Views impatient =
        new Views(
            new ReadModels(
                redis.client(), new ObjectMapper(), Duration.ofMillis(200), RealRedis.NAMESPACE));
    long before = connections();
    redis.command("ACL SETUSER default -subscribe");
    try {
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> await(impatient.await(LAST, "n-1", 0, LONG)))
            .isInstanceOf(Unavailable.class);
      }
    } finally {
      redis.command("ACL SETUSER default +subscribe");
    }

    assertThat(connections()).isLessThan(before + 5);
  }

  private static long connections() {
    return redis.command("CLIENT LIST").lines().count();
  }

  @Test
  void only_one_connection_listens_however_often_it_is_lost() {
    for (int i = 0; i < 5; i++) {
      String stream = "n-" + i;
      CompletableFuture<Boolean> asked = asks(stream, 0, LONG);
      untilSomeoneWaits(stream);
      redis.command("CLIENT KILL TYPE pubsub");
      write(stream, 0);
      assertThat(asked.join()).isTrue();
    }

    assertThat(redis.command("CLIENT LIST TYPE pubsub").lines().count()).isLessThanOrEqualTo(1);
  }
}
