package dev.foldline.eventstoredb.connection;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Appended;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import dev.foldline.eventstoredb.subscriptions.StoreFixture;
import dev.foldline.eventstoredb.subscriptions.TestStore;
import dev.foldline.testing.StoreProxy;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Appends whose answers, or themselves, get lost: each event is stored once, and it is said so. */
class SureAppendsTest extends StoreFixture {

  private static final OptionalLong ANY = OptionalLong.empty();
  private static final OptionalLong NEW = OptionalLong.empty();

  private StoreProxy proxy;
  private EventStore store;

  @BeforeEach
  void connect() {
    proxy = new StoreProxy(server.port());
    store = new EventStore(proxy.connectionString(), Duration.ofSeconds(1));
  }

  @AfterEach
  void disconnect() {
    store.close();
    proxy.close();
  }

  private SureAppends appends(Duration limit) {
    SureAppends appends = new SureAppends(store, limit);
    append(appends, "warm", ANY, TestStore.event("counted", "0"));
    return appends;
  }

  private static Appended append(
      SureAppends appends, String stream, OptionalLong expected, StoredEvent event) {
    return appends.append(stream, expected, event, NEW, false).await().atMost(LIMIT);
  }

  private List<UUID> stored(String stream) {
    return server.store().remaining(stream, 0, 4_000).await().atMost(LIMIT).stream()
        .map(Recorded::eventId)
        .toList();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "PASS")
  void what_is_not_answered_is_stored_once_whatever_others_append(StoreProxy.Appends fate)
      throws Exception {
    server.append(n, 0, 1);
    StoredEvent event = TestStore.event("counted", "1");
    SureAppends appends = appends(LIMIT);
    proxy.appends(fate);
    CompletableFuture<Appended> answer =
        appends.append(n, ANY, event, NEW, false).subscribeAsCompletionStage();
    if (fate == StoreProxy.Appends.UNANSWERED) {
      await().atMost(LIMIT).until(() -> stored(n).contains(event.id()));
    }
    server.append(n, 1, 900);
    server.append(n, 901, 900);
    proxy.appends(StoreProxy.Appends.PASS);
    Appended end = answer.get(20, TimeUnit.SECONDS);
    assertThat(stored(n)).containsOnlyOnce(event.id()).hasSize(1_802);
    assertThat(stored(n).get((int) end.revision())).isEqualTo(event.id());
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "PASS")
  void with_an_expected_revision_too(StoreProxy.Appends fate) throws Exception {
    server.append(n, 0, 1);
    StoredEvent event = TestStore.event("counted", "1");
    SureAppends appends = appends(LIMIT);
    proxy.appends(fate);
    CompletableFuture<Appended> answer =
        appends.append(n, OptionalLong.of(0), event, NEW, false).subscribeAsCompletionStage();
    if (fate == StoreProxy.Appends.UNANSWERED) {
      await().atMost(LIMIT).until(() -> stored(n).contains(event.id()));
      server.append(n, 2, 1);
    }
    assertThat(answer).isNotDone();
    proxy.appends(StoreProxy.Appends.PASS);
    assertThat(answer.get(20, TimeUnit.SECONDS).revision()).isOne();
    assertThat(stored(n)).containsOnlyOnce(event.id());
  }

  @Test
  void where_others_were_first_it_is_refused_though_it_was_not_answered_at_first() {
    SureAppends appends = appends(LIMIT);
    proxy.appends(StoreProxy.Appends.LOST);
    CompletableFuture<Appended> answer =
        appends
            .append(n, OptionalLong.of(-1), TestStore.event("counted", "1"), NEW, false)
            .subscribeAsCompletionStage();
    server.append(n, 0, 1);
    proxy.appends(StoreProxy.Appends.PASS);
    assertThat(answer)
        .failsWithin(LIMIT)
        .withThrowableThat()
        .withCauseInstanceOf(WrongRevision.class);
    assertThat(stored(n)).hasSize(1);
  }

  @Test
  void what_was_sent_before_is_found_however_long_ago() {
    StoredEvent event = TestStore.event("counted", "0");
    SureAppends appends = appends(LIMIT);
    Appended first = append(appends, n, ANY, event);
    server.append(n, 1, 700);
    Appended again = appends.append(n, ANY, event, OptionalLong.of(-1), true).await().atMost(LIMIT);
    assertThat(again).isEqualTo(first);
    assertThat(stored(n)).containsOnlyOnce(event.id());
  }

  @Test
  void what_was_sent_before_and_did_not_arrive_is_appended() {
    SureAppends appends = appends(LIMIT);
    StoredEvent event = TestStore.event("counted", "0");
    long cause = server.store().end().await().atMost(LIMIT);
    appends.append(n, ANY, event, OptionalLong.of(cause), true).await().atMost(LIMIT);
    assertThat(stored(n)).containsExactly(event.id());
  }

  @Test
  void in_the_end_it_says_that_it_is_not_known_or_that_the_store_is_away() {
    SureAppends appends = appends(Duration.ofMillis(500));
    StoredEvent event = TestStore.event("counted", "1");
    proxy.appends(StoreProxy.Appends.LOST);
    assertThatThrownBy(() -> append(appends, n, OptionalLong.of(-1), event))
        .isInstanceOf(OutcomeUnknown.class);
    SureAppends others = new SureAppends(store, Duration.ofMillis(500));
    server.stop();
    assertThatThrownBy(() -> append(others, n, ANY, event)).isInstanceOf(Unavailable.class);
  }
}
