package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.eventstoredb.subscriptions.StoreFixture;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;

/**
 * Health of an application's channels, as its container puts it together, recovery, and the end.
 */
class HealthTest extends StoreFixture {

  @ApplicationScoped
  static class Numbers extends Seen<Integer> {

    @Inject
    @Channel("out")
    MutinyEmitter<Integer> out;

    @Incoming("numbers")
    void consume(Integer number) {
      see(number);
    }

    void send(int number) {
      out.sendAndAwait(number);
    }

    void send(Message<Integer> message) {
      out.sendMessageAndForget(message);
    }
  }

  private Application numbers(String... more) {
    Map<String, String> properties =
        new HashMap<>(
            Map.of(
                "in.numbers.category",
                n,
                "out.out.append-to",
                n + "-1",
                "out.out.event-type",
                "counted"));
    for (int i = 0; i < more.length; i += 2) {
      properties.put(more[i], more[i + 1]);
    }
    return new Application(server, properties, Numbers.class);
  }

  @Test
  void channels_that_work_are_started_ready_and_live() {
    try (var application = numbers()) {
      await().atMost(LIMIT).until(() -> application.health().getReadiness().isOk());
      assertThat(application.health().getStartup().isOk()).isTrue();
      assertThat(application.health().getLiveness().isOk()).isTrue();
      assertThat(application.health().getReadiness().getChannels())
          .extracting(channel -> channel.getChannel())
          .contains("numbers");
      assertThat(application.health().getLiveness().getChannels())
          .extracting(channel -> channel.getChannel())
          .contains("numbers", "out");
    }
  }

  @Test
  void an_application_starts_while_the_store_is_away_and_is_ready_when_it_is_there() {
    server.append(n + "-1", 1, 1);
    server.stop();
    try (var application = numbers()) {
      assertThat(application.health().getStartup().isOk()).isFalse();
      assertThat(application.health().getReadiness().isOk()).isFalse();
      assertThat(application.health().getLiveness().isOk()).isTrue();
      server.comeBack();
      application.get(Numbers.class).wait(1);
      assertThat(application.health().getStartup().isOk()).isTrue();
    }
  }

  @Test
  void a_store_that_is_away_makes_channels_unready_not_dead_and_they_go_on_when_it_is_back() {
    try (var application = numbers()) {
      Numbers numbers = application.get(Numbers.class);
      numbers.send(1);
      numbers.wait(1);
      server.stop();
      await().atMost(LIMIT).until(() -> !application.health().getReadiness().isOk());
      assertThat(application.health().getStartup().isOk()).isTrue();
      assertThat(application.health().getLiveness().isOk()).isTrue();
      server.comeBack();
      await().atMost(LIMIT).until(() -> application.health().getReadiness().isOk());
      await().atMost(LIMIT).ignoreExceptions().until(() -> sent(numbers, 2));
      await().atMost(LIMIT).until(() -> numbers.all().contains(2));
    }
  }

  private static boolean sent(Numbers numbers, int number) {
    numbers.send(number);
    return true;
  }

  @ApplicationScoped
  static class Stuck extends Seen<Integer> {

    private final CountDownLatch released = new CountDownLatch(1);

    @Incoming("numbers")
    @Blocking
    void consume(Integer number) throws InterruptedException {
      see(number);
      released.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    void release() {
      released.countDown();
    }
  }

  @Test
  void a_consumer_that_hangs_makes_its_channel_dead_until_it_goes_on() {
    server.append(n + "-1", 1, 2);
    var properties = Map.of("in.numbers.category", n, "in.numbers.settle-timeout", "100");
    try (var application = new Application(server, properties, Stuck.class)) {
      await().atMost(LIMIT).until(() -> !application.health().getLiveness().isOk());
      application.get(Stuck.class).release();
      await().atMost(LIMIT).until(() -> application.health().getLiveness().isOk());
    }
  }

  @Test
  void a_channel_may_be_left_out() {
    server.stop();
    try (var application = numbers("in.numbers.health-enabled", "false")) {
      assertThat(application.health().getReadiness().isOk()).isTrue();
      assertThat(application.health().getReadiness().getChannels())
          .extracting(channel -> channel.getChannel())
          .doesNotContain("numbers");
    }
  }

  @Test
  void at_its_end_an_application_finishes_what_is_in_hand_and_takes_nothing_more()
      throws Exception {
    server.append(n + "-1", 0, 3);
    var properties = Map.of("in.numbers.category", n, "in.numbers.stop-timeout", "20000");
    var application = new Application(server, properties, Stuck.class);
    Stuck stuck = application.get(Stuck.class);
    stuck.wait(1);
    Thread closing = Thread.ofPlatform().start(application::close);
    await().atMost(LIMIT).until(() -> closing.getState() == Thread.State.TIMED_WAITING);
    stuck.release();
    assertThat(closing.join(LIMIT)).isTrue();

    try (var next = numbers()) {
      assertThat(next.get(Numbers.class).wait(2)).containsExactly(1, 2);
    }
  }

  @Test
  void at_its_end_an_application_finishes_what_it_appends() throws Exception {
    var application = numbers("out.out.stop-timeout", "20000");
    CompletableFuture<Void> heard = new CompletableFuture<>();
    application.get(Numbers.class).send(Message.of(1, () -> heard));
    application.get(Numbers.class).wait(1);
    Thread closing = Thread.ofPlatform().start(application::close);
    await().atMost(LIMIT).until(() -> closing.getState() == Thread.State.TIMED_WAITING);
    heard.complete(null);
    assertThat(closing.join(LIMIT)).isTrue();
  }

  @Test
  void at_its_end_an_application_does_not_wait_for_ever_and_what_was_in_hand_comes_again()
      throws Exception {
    server.append(n + "-1", 0, 1);
    var properties = Map.of("in.numbers.category", n, "in.numbers.stop-timeout", "50");
    var application = new Application(server, properties, Stuck.class);
    application.get(Stuck.class).wait(1);
    Thread closing = Thread.ofPlatform().start(application::close);
    assertThat(closing.join(LIMIT)).isTrue();

    try (var next = numbers()) {
      assertThat(next.get(Numbers.class).wait(1)).containsExactly(0);
    }
  }
}
