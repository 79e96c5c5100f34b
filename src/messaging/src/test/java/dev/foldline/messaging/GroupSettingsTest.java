package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.CreatePersistentSubscriptionToStreamOptions;
import com.eventstore.dbclient.PersistentSubscriptionToAllInfo;
import com.eventstore.dbclient.PersistentSubscriptionToAllSettings;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.subscriptions.Group;
import dev.foldline.eventstoredb.subscriptions.Logged;
import dev.foldline.eventstoredb.subscriptions.PersistentSource;
import dev.foldline.eventstoredb.subscriptions.ServerGroup;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A group that exists otherwise than its channel is configured: reported, and updated when told.
 */
class GroupSettingsTest extends ChannelFixture {

  private final Logged logged = new Logged(ServerGroup.class);

  @AfterEach
  void listenNoMore() {
    logged.close();
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
        .official()
        .subscriptions()
        .getInfoToAll(own("numbers"))
        .get(10, TimeUnit.SECONDS)
        .map(PersistentSubscriptionToAllInfo::getSettings)
        .orElseThrow(() -> new Unavailable("no group"));
  }

  /** With which event of all streams the server was told that a group begins. */
  private long start(String group) throws Exception {
    return server
        .official()
        .subscriptions()
        .getInfoToAll(group)
        .get(10, TimeUnit.SECONDS)
        .orElseThrow()
        .getSettings()
        .getStartFrom()
        .getPositionOrThrow()
        .getCommitUnsigned();
  }

  private long startInStream(String stream, String group) throws Exception {
    return server
        .official()
        .subscriptions()
        .getInfoToStream(stream, group)
        .get(10, TimeUnit.SECONDS)
        .orElseThrow()
        .getSettings()
        .getStartFrom()
        .getPosition()
        .orElse(0L);
  }

  private long end() {
    return server.store().end().await().atMost(LIMIT);
  }

  /** Opens a channel again, from whose group nobody took anything so far, and takes what comes. */
  private List<String> take(Map<String, String> attributes, int count) throws Exception {
    AssertSubscriber<Message<?>> consumer =
        consume(incoming(STRATEGIES.park(), attributes), Long.MAX_VALUE);
    for (int i = 0; i < count; i++) {
      settle(consumer.awaitItems(i + 1, LIMIT).getItems().get(i));
    }
    return consumer.getItems().stream()
        .map(message -> payload(message).stream() + "@" + payload(message).revision())
        .toList();
  }

  @Test
  void from_the_end_of_a_category_it_begins_behind_the_last_event_of_all() throws Exception {
    Map<String, String> attributes = Map.of("from", "end");
    server.append(n + "-1", 0, 2);
    long before = end();
    open(attributes);
    assertThat(start(own("numbers"))).isBetween(before, end()).isPositive();
    server.restart();
    server.append(n + "-1", 2, 1);
    assertThat(open(attributes)).doesNotContain("otherwise");
    assertThat(take(attributes, 1)).containsExactly(n + "-1@2");
  }

  @Test
  void from_the_end_of_all_streams_the_last_event_that_was_there_is_not_handed_out()
      throws Exception {
    server.append(n + "-1", 0, 2);
    Map<String, String> attributes = Map.of("from", "end", "filter", ".*");
    open(attributes);
    server.append(n + "-1", 2, 1);
    AssertSubscriber<Message<?>> consumer = consume(incoming(STRATEGIES.park(), attributes), 1);
    assertThat(payload(consumer.awaitItems(1, LIMIT).getLastItem()).position())
        .isGreaterThan(start(own("numbers")));
  }

  @Test
  void from_the_end_of_a_stream_it_begins_with_the_revision_that_comes() throws Exception {
    Map<String, String> attributes = Map.of("from", "end", "stream", n);
    server.append(n, 0, 2);
    open(attributes);
    assertThat(startInStream(n, own("numbers"))).isEqualTo(2);
    server.restart();
    server.append(n, 2, 1);
    assertThat(take(attributes, 1)).containsExactly(n + "@2");
  }

  @Test
  void from_the_end_of_a_stream_without_events_it_begins_with_its_first() throws Exception {
    Map<String, String> attributes = Map.of("from", "end", "stream", n);
    open(attributes);
    assertThat(startInStream(n, own("numbers"))).isZero();
    server.append(n, 0, 2);
    assertThat(open(attributes)).doesNotContain("otherwise");
    assertThat(take(attributes, 2)).containsExactly(n + "@0", n + "@1");
  }

  @Test
  void that_of_a_projection_is_created_so_when_its_build_begins() throws Exception {
    server.append(n + "-1", 0, 2);
    long before = end();
    Group group =
        Group.ofCategories(own("read-models"), List.of(n), 100).from(new Group.From.End());
    new PersistentSource(server.store(), group, false).prepare().await().atMost(LIMIT);
    assertThat(start(own("read-models"))).isBetween(before, end()).isPositive();
  }

  @Test
  void an_update_of_other_settings_leaves_where_it_began() throws Exception {
    server.append(n + "-1", 0, 2);
    open(Map.of("from", "end"));
    long began = start(own("numbers"));
    server.append(n + "-1", 2, 2);
    Map<String, String> told = Map.of("from", "end", "max-retries", "3", "update-group", "true");
    open(told);
    assertThat(settings().getMaxRetryCount()).isEqualTo(3);
    assertThat(start(own("numbers"))).isEqualTo(began);
    assertThat(take(told, 2)).containsExactly(n + "-1@2", n + "-1@3");
  }

  /** Until its first checkpoint a server forgets at each start where that was. */
  @Test
  void one_that_was_created_at_the_end_by_others_is_reported_and_updated_when_told()
      throws Exception {
    server.append(n, 0, 2);
    server
        .official()
        .subscriptions()
        .createToStream(
            n, own("numbers"), CreatePersistentSubscriptionToStreamOptions.get().fromEnd())
        .get(10, TimeUnit.SECONDS);
    Map<String, String> attributes = Map.of("stream", n, "from", "end", "message-timeout", "30000");
    assertThat(open(attributes)).contains("from=end, wherever that is when the server starts");
    Map<String, String> told = new HashMap<>(attributes);
    told.put("update-group", "true");
    assertThat(open(told)).doesNotContain("otherwise");
    assertThat(startInStream(n, own("numbers"))).isEqualTo(2);
  }

  @Test
  void is_as_configured_after_it_was_created() {
    for (Map<String, String> attributes :
        List.of(
            Map.<String, String>of(),
            Map.of("group", own("ends"), "from", "end"),
            Map.of("group", own("of-a-stream"), "stream", n),
            Map.of("group", own("ends-of-a-stream"), "stream", n, "from", "end"))) {
      open(attributes);
      assertThat(open(attributes)).doesNotContain("otherwise");
    }
    assertThat(logged.messages()).isEmpty();
  }

  @Test
  void differences_are_reported() throws Exception {
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
    assertThat(logged.messages())
        .hasSize(1)
        .first()
        .asString()
        .contains("max-retries=10 instead of 3");
    assertThat(settings().getMaxRetryCount()).isEqualTo(10);
  }

  @Test
  void differences_are_updated_when_told() throws Exception {
    open(Map.of());
    Map<String, String> told = Map.of("max-retries", "3", "from", "end", "update-group", "true");
    assertThat(open(told)).doesNotContain("otherwise");
    assertThat(settings().getMaxRetryCount()).isEqualTo(3);
    assertThat(start(own("numbers"))).isPositive();
    assertThat(open(told)).doesNotContain("otherwise");
    assertThat(logged.messages()).hasSize(1);
  }

  @Test
  void another_filter_is_reported_since_it_cant_be_updated() {
    open(Map.of("filter", "^" + n + "-"));
    Map<String, String> other =
        Map.of("filter", "^(m" + n + "|" + n + ")-", "update-group", "true");
    assertThat(open(other)).contains("filter=^" + n + "- instead of ^(m" + n + "|" + n + ")-");
    assertThat(logged.messages()).hasSize(1).first().asString().contains("name another group");
    assertThat(open(Map.of("filter", "^" + n + "-"))).doesNotContain("otherwise");
  }

  @Test
  void the_filter_of_a_group_that_is_created_anew_is_the_new_one() throws Exception {
    open(Map.of("filter", "^" + n + "-"));
    server.official().subscriptions().deleteToAll(own("numbers")).get(10, TimeUnit.SECONDS);
    open(Map.of("filter", "^m" + n + "-"));
    assertThat(open(Map.of("filter", "^m" + n + "-"))).doesNotContain("otherwise");
    assertThat(logged.messages()).isEmpty();
  }
}
