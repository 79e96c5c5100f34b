package dev.foldline.eventstoredb.connector;

import static dev.foldline.eventstoredb.connector.TestStore.n;
import static dev.foldline.eventstoredb.connector.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.PersistentSubscriptionToAllInfo;
import com.eventstore.dbclient.PersistentSubscriptionToAllSettings;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A group that exists otherwise than its channel is configured: reported, and updated when told.
 */
class GroupSettingsTest extends ChannelFixture {

  private final Logger logger = Logger.getLogger(PersistentSource.class.getName());
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.addHandler(listener);
  }

  @AfterEach
  void listenNoMore() {
    logger.removeHandler(listener);
  }

  /** Opens a channel, and closes it when it is subscribed; what health said of it. */
  private String open(Map<String, String> attributes) {
    IncomingChannel channel = incoming(STRATEGIES.park(), attributes);
    AssertSubscriber<Message<?>> consumer = consume(channel, 1);
    await().atMost(LIMIT).until(() -> channel.health().isSubscribed());
    String said = channel.health().describe();
    consumer.cancel();
    await().atMost(LIMIT).until(() -> !channel.health().isSubscribed());
    return said;
  }

  private PersistentSubscriptionToAllSettings settings() throws Exception {
    return server
        .store()
        .subscriptions()
        .getInfoToAll(own("numbers"))
        .get(10, TimeUnit.SECONDS)
        .map(PersistentSubscriptionToAllInfo::getSettings)
        .orElseThrow(() -> new Unavailable("no group"));
  }

  @Test
  void isAsConfigured_afterItWasCreated() {
    for (Map<String, String> attributes :
        List.of(
            Map.<String, String>of(),
            Map.of("group", own("ends"), "from", "end"),
            Map.of("group", own("of-a-stream"), "stream", n),
            Map.of("group", own("ends-of-a-stream"), "stream", n, "from", "end"))) {
      open(attributes);
      assertThat(open(attributes)).doesNotContain("otherwise");
    }
    assertThat(logged).isEmpty();
  }

  @Test
  void differencesAreReported() throws Exception {
    open(Map.of());
    Map<String, String> other =
        Map.of(
            "max-retries", "3",
            "message-timeout", "5000",
            "consumer-strategy", "Pinned",
            "resolve-links", "true",
            "from", "end");

    String said = open(other);

    assertThat(said)
        .contains("max-retries=10 instead of 3")
        .contains("message-timeout=30000 instead of 5000")
        .contains("consumer-strategy=RoundRobin instead of Pinned")
        .contains("resolve-links=false instead of true")
        .contains("from=start instead of end")
        .doesNotContain("filter=");
    assertThat(logged).hasSize(1).first().asString().contains("max-retries=10 instead of 3");
    assertThat(settings().getMaxRetryCount()).isEqualTo(10);
  }

  @Test
  void differencesAreUpdatedWhenTold() throws Exception {
    open(Map.of());
    Map<String, String> told = Map.of("max-retries", "3", "from", "end", "update-group", "true");
    assertThat(open(told)).doesNotContain("otherwise");
    assertThat(settings().getMaxRetryCount()).isEqualTo(3);
    assertThat(settings().getStartFrom().isEnd()).isTrue();
    assertThat(open(told)).doesNotContain("otherwise");
    assertThat(logged).hasSize(1);
  }

  @Test
  void anotherFilterIsReported_sinceItCantBeUpdated() {
    open(Map.of("filter", "^" + n + "-"));
    Map<String, String> other =
        Map.of("filter", "^(m" + n + "|" + n + ")-", "update-group", "true");
    assertThat(open(other)).contains("filter=^" + n + "- instead of ^(m" + n + "|" + n + ")-");
    assertThat(logged).hasSize(1).first().asString().contains("name another group");
    assertThat(open(Map.of("filter", "^" + n + "-"))).doesNotContain("otherwise");
  }

  @Test
  void theFilterOfAGroupThatIsCreatedAnewIsTheNewOne() throws Exception {
    open(Map.of("filter", "^" + n + "-"));
    server.store().subscriptions().deleteToAll(own("numbers")).get(10, TimeUnit.SECONDS);
    open(Map.of("filter", "^m" + n + "-"));
    assertThat(open(Map.of("filter", "^m" + n + "-"))).doesNotContain("otherwise");
    assertThat(logged).isEmpty();
  }
}
