package dev.foldline.embedded.persistent;

import static dev.foldline.embedded.persistent.GroupFixture.checkpoint;
import static dev.foldline.embedded.persistent.GroupFixture.checkpointAtOnce;
import static dev.foldline.embedded.persistent.GroupFixture.failure;
import static dev.foldline.embedded.persistent.GroupFixture.fromAll;
import static dev.foldline.embedded.persistent.GroupFixture.fromStart;
import static dev.foldline.embedded.persistent.GroupFixture.identifier;
import static dev.foldline.embedded.persistent.GroupFixture.parked;
import static dev.foldline.embedded.persistent.GroupFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.CreateReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.DeleteReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.GetInfoReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ListReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq.Nack.Action;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReplayParkedReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.SubscriptionInfo;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.SubscriptionInfo.Measurement;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.UpdateReq;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.StreamNames;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contract 6.1, 6.2, 6.7: settings, management and information. */
@Timeout(30)
class PersistentSubscriptionManageTest {
  private static final String FAILED = "INTERNAL persistent-subscription-failed";
  private static final String MISSING = "NOT_FOUND persistent-subscription-does-not-exist";

  private final GroupFixture store = GroupFixture.inMemory();

  @AfterEach
  void close() {
    store.close();
  }

  private String refusal(CreateReq.Options.Builder options) {
    return failure(() -> store.create(options));
  }

  @Test
  @DisplayName("6.1 zero and negative numbers are accepted, echoed as sent and guarded against")
  void echoes_numbers() {
    var strange =
        CreateReq.Settings.newBuilder()
            .setMaxRetryCount(Integer.MIN_VALUE)
            .setMessageTimeoutMs(-1)
            .setCheckpointAfterMs(-1)
            .setMinCheckpointCount(-1)
            .setMaxCheckpointCount(-1)
            .setMaxSubscriberCount(-1)
            .setLiveBufferSize(-1)
            .setReadBatchSize(-1)
            .setConsumerStrategy("Pinned");
    store.create("s", strange);
    var info = store.info("s");
    assertThat(info.getMaxRetryCount()).isEqualTo(Integer.MIN_VALUE);
    assertThat(info.getMessageTimeoutMilliseconds()).isEqualTo(-1);
    assertThat(info.getCheckPointAfterMilliseconds()).isEqualTo(-1);
    assertThat(info.getMinCheckPointCount()).isEqualTo(-1);
    assertThat(info.getMaxCheckPointCount()).isEqualTo(-1);
    assertThat(info.getMaxSubscriberCount()).isEqualTo(-1);
    assertThat(info.getLiveBufferSize()).isEqualTo(-1);
    assertThat(info.getReadBatchSize()).isEqualTo(-1);
    assertThat(info.getBufferSize()).isZero();
    assertThat(info.getNamedConsumerStrategy()).isEqualTo("Pinned");
    store.append("s", "e0", "e1");
    assertThat(store.join("s").take(2)).containsExactly("0@s e0 r0", "1@s e1 r0");
  }

  @Test
  @DisplayName("6.1, 9.5 times may come as 100 ns ticks; an unset time is 0")
  void ticks() {
    store.create(
        "s", settings().setMessageTimeoutTicks(15_000_000).setCheckpointAfterTicks(35_000_000));
    assertThat(store.info("s").getMessageTimeoutMilliseconds()).isEqualTo(1_500);
    assertThat(store.info("s").getCheckPointAfterMilliseconds()).isEqualTo(3_500);
    store.create("t", settings().clearMessageTimeout().clearCheckpointAfter());
    assertThat(store.info("t").getMessageTimeoutMilliseconds()).isZero();
    assertThat(store.info("t").getCheckPointAfterMilliseconds()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RoundRobin", "DispatchToSingle", "Pinned", "PinnedByCorrelation"})
  @DisplayName("6.1 the strategy by name wins over the enum")
  @SuppressWarnings("deprecation") // The enum is what old clients send.
  void strategy_names(String name) {
    store.create(
        "s",
        settings()
            .setConsumerStrategy(name)
            .setNamedConsumerStrategy(CreateReq.ConsumerStrategy.Pinned));
    assertThat(store.info("s").getNamedConsumerStrategy()).isEqualTo(name);
    store.create(
        "t",
        settings()
            .clearConsumerStrategy()
            .setNamedConsumerStrategy(CreateReq.ConsumerStrategy.Pinned));
    assertThat(store.info("t").getNamedConsumerStrategy()).isEqualTo("Pinned");
    store.update(
        "s",
        options ->
            options
                .getSettingsBuilder()
                .setNamedConsumerStrategy(UpdateReq.ConsumerStrategy.RoundRobin));
    assertThat(store.info("s").getNamedConsumerStrategy()).isEqualTo("RoundRobin");
  }

  @Test
  @DisplayName(
      "6.2 create fails: unknown strategy, read batch not below the history buffer, $all beyond the end")
  @SuppressWarnings("deprecation") // The enum is what old clients send.
  void create_fails() {
    assertThat(refusal(fromStart("s").setSettings(settings().setConsumerStrategy("roundrobin"))))
        .isEqualTo(FAILED);
    assertThat(
            refusal(
                fromStart("s")
                    .setSettings(
                        settings().clearConsumerStrategy().setNamedConsumerStrategyValue(9))))
        .isEqualTo(FAILED);
    assertThat(refusal(fromStart("s").setSettings(settings().setReadBatchSize(500))))
        .isEqualTo(FAILED);
    assertThat(refusal(fromAll(Long.MAX_VALUE, "s"))).isEqualTo(FAILED);
    assertThat(failure(() -> store.info("s"))).isEqualTo(MISSING);
  }

  @Test
  @DisplayName(
      "6.2 create is UNKNOWN: $all by name, prepare beyond commit, empty stream, no settings, no target, bad regex")
  void create_is_unknown() {
    assertThat(failure(() -> store.create(namedAll()))).isEqualTo("UNKNOWN");
    var prepareBeyondCommit = fromAll(1, "s");
    prepareBeyondCommit.getAllBuilder().getPositionBuilder().setPreparePosition(2);
    assertThat(refusal(prepareBeyondCommit)).isEqualTo("UNKNOWN");
    assertThat(refusal(fromStart(""))).isEqualTo("UNKNOWN");
    assertThat(refusal(fromStart("s").clearSettings())).isEqualTo("UNKNOWN");
    assertThat(refusal(fromStart("s").clearStreamOption())).isEqualTo("UNKNOWN");
    var badRegex = fromAll(0, "s");
    badRegex.getAllBuilder().getFilterBuilder().getStreamIdentifierBuilder().setRegex("(");
    assertThat(refusal(badRegex)).isEqualTo("UNKNOWN");
    assertThat(failure(() -> store.stub().create(CreateReq.getDefaultInstance())))
        .isEqualTo("UNKNOWN");
  }

  private static CreateReq.Options.Builder namedAll() {
    var options = fromStart("s");
    options.getStreamBuilder().setStreamIdentifier(identifier("$all"));
    return options;
  }

  @Test
  @DisplayName(
      "6.2 create is INVALID_ARGUMENT: no start in stream or $all, a filter on neither streams nor types")
  void create_is_invalid() {
    var noRevision = fromStart("s");
    noRevision.getStreamBuilder().clearRevisionOption();
    assertThat(refusal(noRevision)).isEqualTo("INVALID_ARGUMENT");
    var noPosition = fromAll(0, "s");
    noPosition.getAllBuilder().clearAllOption();
    assertThat(refusal(noPosition)).isEqualTo("INVALID_ARGUMENT");
    var noExpression = fromAll(0, "s");
    noExpression.getAllBuilder().getFilterBuilder().clearFilter();
    assertThat(refusal(noExpression)).isEqualTo("INVALID_ARGUMENT");
  }

  @Test
  @DisplayName("6.2 create twice: ALREADY_EXISTS; the same name on another stream is another group")
  void create_twice() {
    store.create("s");
    assertThat(refusal(fromStart("s"))).isEqualTo("ALREADY_EXISTS persistent-subscription-exists");
    store.create("t");
  }

  @Test
  @DisplayName(
      "6.2 2^64-1 is the end, small made-up positions on $all are accepted, the deprecated fields serve")
  @SuppressWarnings("deprecation") // The fields are what old clients send.
  void starts() {
    var end = fromStart("s");
    end.getStreamBuilder().setRevision(-1);
    store.create(end);
    assertThat(store.info("s").getStartFrom()).isEqualTo("-1");
    var small = fromAll(2, "s");
    small.getAllBuilder().getPositionBuilder().setPreparePosition(1);
    store.create(small);
    assertThat(store.info("$all").getStartFrom()).isEqualTo("C:2/P:1");
    var deprecated = fromStart("t").clearStreamOption().setStreamIdentifier(identifier("t"));
    deprecated.getSettingsBuilder().setRevision(5);
    store.create(deprecated);
    assertThat(store.info("t").getStartFrom()).isEqualTo("5");
  }

  @Test
  @DisplayName("6.2 an update replaces settings and start, drops consumers and keeps the filter")
  void update() {
    var mark = store.append("m", "mark");
    store.create(fromAll(mark, "yes"));
    var consumer = store.join("$all");
    store.update("$all", options -> options.getSettingsBuilder().setMaxRetryCount(3));
    assertThat(consumer.end()).isEqualTo("CANCELLED persistent-subscription-dropped");
    assertThat(store.info("$all").getMaxRetryCount()).isEqualTo(3);
    assertThat(store.info("$all").getStartFrom()).isEqualTo("C:0/P:0");
    var again = store.join("$all");
    store.append("no", "n");
    store.append("yes", "y");
    assertThat(again.take(1)).containsExactly("0@yes y r0");
  }

  @Test
  @DisplayName(
      "6.2 a refused update changes nothing and drops nobody; a missing group is NOT_FOUND")
  void refused_update() {
    store.create("s");
    var consumer = store.join("s");
    assertThat(
            failure(
                () ->
                    store.update(
                        "s", options -> options.getSettingsBuilder().setReadBatchSize(500))))
        .isEqualTo(FAILED);
    store.append("s", "e0");
    assertThat(consumer.take(1)).containsExactly("0@s e0 r0");
    assertThat(store.info("s").getReadBatchSize()).isEqualTo(20);
    assertThat(failure(() -> store.update("other", _ -> {}))).isEqualTo(MISSING);
  }

  @Test
  @DisplayName("6.2 a delete drops consumers and both streams; recreating starts afresh")
  void delete() {
    store.append("s", "e0", "e1", "e2");
    store.create("s", checkpointAtOnce());
    var consumer = store.join("s");
    consumer.take(3);
    consumer.ack(0);
    consumer.nack(Action.Park, 2);
    await()
        .until(
            () -> !store.events(checkpoint("s")).isEmpty() && !store.events(parked("s")).isEmpty());
    store.delete("s");
    assertThat(consumer.end()).isEqualTo("CANCELLED persistent-subscription-dropped");
    assertThat(store.events(checkpoint("s"))).isEmpty();
    assertThat(store.events(parked("s"))).isEmpty();
    assertThat(failure(() -> store.delete("s"))).isEqualTo(MISSING);
    store.create("s");
    assertThat(store.join("s").take(3)).containsExactly("0@s e0 r0", "1@s e1 r0", "2@s e2 r0");
    assertThat(store.info("s").getParkedMessageCount()).isZero();
  }

  @Test
  @DisplayName("6.2 requests without options, target or list option are UNKNOWN")
  void empty_requests() {
    assertThat(failure(() -> store.stub().update(UpdateReq.getDefaultInstance())))
        .isEqualTo("UNKNOWN");
    assertThat(failure(() -> store.stub().delete(DeleteReq.getDefaultInstance())))
        .isEqualTo("UNKNOWN");
    assertThat(failure(() -> store.stub().getInfo(GetInfoReq.getDefaultInstance())))
        .isEqualTo("UNKNOWN");
    assertThat(failure(() -> store.stub().list(ListReq.getDefaultInstance()))).isEqualTo("UNKNOWN");
    assertThat(failure(() -> store.stub().replayParked(ReplayParkedReq.getDefaultInstance())))
        .isEqualTo("UNKNOWN");
  }

  @Test
  @DisplayName(
      "6.2 lists: all, of a stream, NOT_FOUND where none ever was, empty after the last was deleted")
  void lists() {
    assertThat(
            list(ListReq.Options.newBuilder().setListAllSubscriptions(Empty.getDefaultInstance())))
        .isEmpty();
    assertThat(failure(() -> list(of("s")))).isEqualTo(MISSING);
    store.create("s");
    store.create("t");
    store.create("$all");
    assertThat(
            list(ListReq.Options.newBuilder().setListAllSubscriptions(Empty.getDefaultInstance())))
        .extracting(SubscriptionInfo::getEventSource)
        .containsExactlyInAnyOrder("s", "t", "$all");
    assertThat(list(of("s"))).extracting(SubscriptionInfo::getEventSource).containsExactly("s");
    var ofAll = ListReq.Options.newBuilder();
    ofAll.getListForStreamBuilder().setAll(Empty.getDefaultInstance());
    assertThat(list(ofAll)).extracting(SubscriptionInfo::getEventSource).containsExactly("$all");
    store.delete("s");
    assertThat(list(of("s"))).isEmpty();
    assertThat(failure(() -> list(of("")))).isEqualTo("UNKNOWN");
  }

  private List<SubscriptionInfo> list(ListReq.Options.Builder options) {
    return store
        .stub()
        .list(ListReq.newBuilder().setOptions(options).build())
        .getSubscriptionsList();
  }

  private static ListReq.Options.Builder of(String stream) {
    var options = ListReq.Options.newBuilder();
    options.getListForStreamBuilder().setStream(identifier(stream));
    return options;
  }

  @Test
  @DisplayName("6.2 RestartSubsystem drops all consumers and reloads the groups")
  void restart_subsystem() {
    store.append("s", "e0");
    store.create("s", settings().setMaxRetryCount(7));
    var consumer = store.join("s");
    consumer.take(1);
    assertThat(store.stub().restartSubsystem(Empty.getDefaultInstance())).isNotNull();
    assertThat(consumer.end()).isEqualTo("CANCELLED persistent-subscription-dropped");
    await().ignoreExceptions().until(() -> store.info("s").getMaxRetryCount() == 7);
    assertThat(store.join("s").take(1)).containsExactly("0@s e0 r0");
  }

  @Test
  @DisplayName("6.2 the configuration is kept in $persistentSubscriptionConfig, naming every group")
  void config_stream() {
    store.create("s");
    store.create("t");
    var events = store.events("$persistentSubscriptionConfig");
    assertThat(events)
        .hasSize(2)
        .allMatch(event -> event.type().equals("$PersistentConfig") && event.json());
    assertThat(events.getLast().data().toStringUtf8()).contains("\"s\"", "\"t\"", "\"g\"");
    store.delete("s");
    assertThat(store.data("$persistentSubscriptionConfig").getLast()).doesNotContain("\"s\"");
  }

  @Test
  @DisplayName("6.2 groups survive a restart, whatever bytes their stream's name is made of")
  void survives_restart(@TempDir Path directory) {
    var name =
        StreamNames.decode(
            ByteString.copyFrom(new byte[] {'a', (byte) 0xFF, '"', (byte) 0xC3, (byte) 0xA4}));
    SubscriptionInfo before;
    try (var first = GroupFixture.in(directory)) {
      first.create(
          name, settings().setResolveLinks(true).setConsumerStrategy("PinnedByCorrelation"));
      first.create(fromAll(0, "yes"));
      before = first.info(name);
    }
    try (var second = GroupFixture.in(directory)) {
      second.append("yes", "y");
      second.append("no", "n");
      await().until(() -> second.info(name).getStatus().equals("Live"));
      assertThat(second.info(name).getNamedConsumerStrategy())
          .isEqualTo(before.getNamedConsumerStrategy());
      assertThat(second.info(name).getResolveLinkTos()).isTrue();
      assertThat(second.join("$all").take(1)).containsExactly("0@yes y r0");
    }
  }

  @Test
  @DisplayName("6.2 what clients write into the bookkeeping streams keeps no store from starting")
  void survives_garbage(@TempDir Path directory) {
    try (var first = GroupFixture.in(directory)) {
      first.append("s", "e0");
      first.create("s");
      first.append("$persistentSubscriptionConfig", "garbage");
      first.append(checkpoint("s"), "garbage");
    }
    try (var second = GroupFixture.in(directory)) {
      assertThat(second.join("s").take(1)).containsExactly("0@s e0 r0");
    }
  }

  @Test
  @DisplayName("6.7 positions: N in a stream, C:c/P:p on $all, -1 for the end, empty for none")
  void positions() {
    store.create("s");
    await().until(() -> store.info("s").getStatus().equals("Live"));
    assertThat(store.info("s").getLastKnownEventPosition()).isEmpty();
    assertThat(store.info("s").getLastCheckpointedEventPosition()).isEmpty();
    assertThat(store.info("s").getStartFrom()).isEqualTo("0");
    var end = fromStart("$all");
    end.getAllBuilder().setEnd(Empty.getDefaultInstance());
    store.create(end);
    assertThat(store.info("$all").getStartFrom()).isEqualTo("C:-1/P:-1");
    var position = store.append("s", "e0");
    await().until(() -> store.info("s").getLastKnownEventPosition().equals("0"));
    await()
        .until(
            () ->
                store
                    .info("$all")
                    .getLastKnownEventPosition()
                    .equals("C:%1$d/P:%1$d".formatted(position)));
  }

  @Test
  @DisplayName("6.7 a group reads ahead without consumers, up to its history buffer")
  void reads_ahead() {
    store.append("s", "e0", "e1", "e2", "e3", "e4");
    store.create("s");
    store.create("t", settings().setHistoryBufferSize(2).setReadBatchSize(1));
    await().until(() -> store.info("s").getStatus().equals("Live"));
    assertThat(store.info("s").getLastKnownEventPosition()).isEqualTo("4");
    assertThat(store.info("s").getTotalItems()).isZero();
    store.append("t", "e0", "e1", "e2", "e3", "e4");
    await()
        .until(
            () -> store.info("t").getReadBufferCount() + store.info("t").getLiveBufferCount() >= 2);
  }

  @Test
  @DisplayName("6.7 connections: user, name, slots, in flight, measurements with extra statistics")
  void connections() {
    store.append("s", "e0", "e1", "e2");
    store.create("s", settings().setExtraStatistics(true));
    var consumer = store.join("s");
    consumer.take(3);
    consumer.ack(0);
    await().until(() -> store.info("s").getTotalInFlightMessages() == 2);
    var connection = store.info("s").getConnections(0);
    assertThat(connection.getFrom()).isEmpty();
    assertThat(connection.getUsername()).isEqualTo("system");
    assertThat(connection.getConnectionName()).isEqualTo("<unknown>");
    assertThat(connection.getAvailableSlots()).isEqualTo(8);
    assertThat(connection.getInFlightMessages()).isEqualTo(2);
    assertThat(connection.getTotalItems()).isEqualTo(3);
    assertThat(connection.getObservedMeasurementsList())
        .extracting(Measurement::getKey)
        .containsExactly(
            "Mean",
            "Median",
            "Fastest",
            "Quintile 1",
            "Quintile 2",
            "Quintile 3",
            "Quintile 4",
            "Quintile 5",
            "90%",
            "95%",
            "99%",
            "99.5%",
            "99.9%",
            "Highest");
  }
}
