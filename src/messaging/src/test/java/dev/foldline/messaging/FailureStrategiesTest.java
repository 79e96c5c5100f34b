package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.ReadStreamOptions;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.subscriptions.StoreFixture;
import dev.foldline.eventstoredb.subscriptions.TestRedis;
import dev.foldline.eventstoredb.subscriptions.TestStore;
import dev.foldline.redis.RedisPositions;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.annotations.Blocking;
import io.vertx.mutiny.redis.client.Redis;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of an event whose handler throws; and of attributes that can't be right. */
class FailureStrategiesTest extends StoreFixture {

  /** Can't handle the first event of a stream. */
  @ApplicationScoped
  static class Choosy extends Seen<Long> {
    @Incoming("numbers")
    void consume(Recorded<StoredEvent> event) {
      see(event.revision());
      if (event.revision() == 0) {
        throw new IllegalStateException("can't handle " + event.stream());
      }
    }
  }

  private Application application(String strategy, Class<?>... more) {
    Map<String, String> properties = new HashMap<>();
    properties.put("in.numbers.category", n);
    properties.put("in.numbers.retry-attempts", "2");
    properties.put("in.numbers.retry-backoff", "1");
    if (!strategy.isEmpty()) {
      properties.put("in.numbers.failure-strategy", strategy);
    }
    return new Application(server, properties, with(Choosy.class, more));
  }

  private static Class<?>[] with(Class<?> bean, Class<?>... more) {
    Class<?>[] all = new Class<?>[more.length + 1];
    all[0] = bean;
    System.arraycopy(more, 0, all, 1, more.length);
    return all;
  }

  /** How many are parked; less than none while there is no group. */
  private long parked() throws Exception {
    return server
        .official()
        .subscriptions()
        .getInfoToAll(own("numbers"))
        .get(10, TimeUnit.SECONDS)
        .map(group -> group.getStats().getParkedMessageCount())
        .orElse(-1L);
  }

  @ParameterizedTest
  @CsvSource({"'',1,1", "park,1,1", "retry,3,1", "skip,1,0", "ignore,1,0"})
  void by_name(String strategy, int attempts, long parked) throws Exception {
    server.append(n + "-1", 0, 2);
    try (var application = application(strategy)) {
      Choosy choosy = application.get(Choosy.class);
      List<Long> seen = choosy.wait(attempts + 1);
      assertThat(seen).hasSize(attempts + 1).endsWith(1L);
      assertThat(seen.subList(0, attempts)).containsOnly(0L);
      await().atMost(LIMIT).untilAsserted(() -> assertThat(parked()).isEqualTo(parked));
      assertThat(application.health().getLiveness().isOk()).isTrue();
    }
  }

  @Test
  void fail_ends_the_channel_and_the_event_stays() {
    server.append(n + "-1", 0, 2);
    try (var application = application("fail")) {
      application.get(Choosy.class).wait(1);
      await().atMost(LIMIT).until(() -> !application.health().getLiveness().isOk());
      assertThat(application.health().getLiveness().getChannels().getFirst().getMessage())
          .contains("can't handle " + n + "-1");
    }
    try (var application = application("skip")) {
      assertThat(application.get(Choosy.class).wait(2)).containsExactly(0L, 1L);
    }
  }

  /** Asks for more before it is done with what it has. */
  @ApplicationScoped
  static class Eager extends Seen<Long> {
    @Incoming("numbers")
    @Blocking(ordered = false)
    void consume(Recorded<StoredEvent> event) {
      see(event.revision());
      throw new IllegalStateException("can't handle " + event.stream());
    }
  }

  @Test
  void fail_hands_out_no_later_event_of_the_stream() {
    server.append(n + "-1", 0, 2);
    Map<String, String> properties =
        Map.of(
            "in.numbers.category", n,
            "in.numbers.max-concurrency", "4",
            "in.numbers.failure-strategy", "fail");
    try (var application = new Application(server, properties, Eager.class)) {
      Eager eager = application.get(Eager.class);
      await().atMost(LIMIT).until(() -> !application.health().getLiveness().isOk());
      await().during(Duration.ofMillis(200)).atMost(LIMIT).until(() -> eager.all().size() == 1);
      assertThat(eager.all()).containsExactly(0L);
    }
  }

  @ApplicationScoped
  static class Own extends Seen<String> implements FailureStrategy.Factory {
    @Override
    public FailureStrategy create(String channel, Config config) {
      return (delivery, reason) -> {
        see(channel + ": " + reason.getMessage());
        delivery.ack();
        return Uni.createFrom().voidItem();
      };
    }

    @Produces
    @Identifier("own")
    FailureStrategy.Factory strategy() {
      return this;
    }
  }

  @Test
  void of_the_users_own() {
    server.append(n + "-1", 0, 2);
    try (var application = application("own", Own.class)) {
      assertThat(application.get(Own.class).wait(1))
          .containsExactly("numbers: can't handle " + n + "-1");
      assertThat(application.get(Choosy.class).wait(2)).containsExactly(0L, 1L);
    }
  }

  @Test
  void an_event_that_cant_be_read_goes_the_same_way() throws Exception {
    server
        .store()
        .append(n + "-1", List.of(TestStore.event("counted", "no JSON")))
        .await()
        .atMost(LIMIT);
    try (var _ =
        new Application(server, Map.of("in.numbers.category", n), PropagationTest.Records.class)) {
      await().atMost(LIMIT).untilAsserted(() -> assertThat(parked()).isEqualTo(1));
    }
  }

  @ApplicationScoped
  static class RedisOfTheTest {

    static @Nullable Redis client;

    @Produces
    @ApplicationScoped
    Redis redis() {
      return Objects.requireNonNull(client);
    }
  }

  @Test
  void a_catch_up_subscription_parks_too_and_goes_on_behind_it_after_a_restart() throws Exception {
    server.append(n + "-1", 0, 2);
    Map<String, String> catchUp =
        Map.of(
            "in.numbers.category", n,
            "in.numbers.subscription", "catch-up",
            "in.numbers.stop-timeout", "5000");
    Class<?>[] beans = {Choosy.class, RedisOfTheTest.class, RedisPositions.class};
    try (TestRedis redis = new TestRedis()) {
      RedisOfTheTest.client = redis.client();
      try (var application = new Application(server, catchUp, beans)) {
        assertThat(application.get(Choosy.class).wait(2)).containsExactly(0L, 1L);
        await()
            .atMost(LIMIT)
            .ignoreExceptions()
            .until(
                () ->
                    server
                            .official()
                            .client()
                            .readStream("parked-" + own("numbers"), ReadStreamOptions.get())
                            .get(10, TimeUnit.SECONDS)
                            .getEvents()
                            .size()
                        == 1);
      }
      server.append(n + "-1", 2, 1);
      try (var application = new Application(server, catchUp, beans)) {
        assertThat(application.get(Choosy.class).wait(1)).containsExactly(2L);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "failure-strategy=forget",
        "subscription=volatile",
        "from=middle",
        "consumer-strategy=Any",
        "buffer-size=0",
        "max-concurrency=0",
        "batch-size=0",
        "message-timeout=0",
        "stream=n",
      })
  void attributes_that_cant_be_right_are_named(String wrong) {
    String[] attribute = wrong.split("=", 2);
    assertThatThrownBy(
            () ->
                new Application(
                    server,
                    Map.of("in.numbers.category", n, "in.numbers." + attribute[0], attribute[1]),
                    Choosy.class))
        .hasStackTraceContaining("numbers: ")
        .hasStackTraceContaining(attribute[0]);
  }

  @Test
  void what_is_missing_is_named() {
    assertThatThrownBy(
            () -> new Application(server, Map.of("in.numbers.group", "readers"), Choosy.class))
        .hasStackTraceContaining("stream, category and filter");
    assertThatThrownBy(
            () ->
                new Application(
                    server,
                    Map.of("in.numbers.category", n, "in.numbers.subscription", "catch-up"),
                    Choosy.class))
        .hasStackTraceContaining("Positions");
    assertThatThrownBy(() -> new Application("", Map.of("in.numbers.category", n), Choosy.class))
        .hasStackTraceContaining("connection-string");
  }
}
