package dev.foldline.embedded;

import static dev.foldline.embedded.Wire.ALL;
import static dev.foldline.embedded.Wire.MAX;
import static dev.foldline.embedded.Wire.at;
import static dev.foldline.embedded.Wire.filter;
import static dev.foldline.embedded.Wire.fromEnd;
import static dev.foldline.embedded.Wire.streamPrefix;
import static dev.foldline.embedded.Wire.subscription;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(StoreExtension.class)
@DisplayName("4 Catch-up subscriptions")
class SubscriptionTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final String LARGE = "x".repeat(900_000);

  private final Wire wire;
  private final List<Answers<ReadResp>> open = new ArrayList<>();
  private String s = "";

  SubscriptionTest(Wire wire) {
    this.wire = wire;
  }

  @BeforeEach
  void freshStream() {
    s = "sub-" + COUNT.incrementAndGet() + "-";
  }

  @AfterEach
  void endSubscriptions() {
    open.forEach(Answers::cancel);
  }

  @SafeVarargs
  private Answers<ReadResp> subscribe(String stream, Consumer<ReadReq.Options.Builder>... changes) {
    var request = Wire.reading(stream);
    for (var change : changes) {
      change.accept(request.getOptionsBuilder());
    }
    subscription().accept(request.getOptionsBuilder());
    var answers = wire.open(request.build());
    open.add(answers);
    return answers;
  }

  private static List<String> caughtUp(Answers<ReadResp> feed) {
    return texts(feed.until(seen -> seen.ended() || texts(seen).contains("caught up")));
  }

  private static List<String> texts(Answers<ReadResp> feed) {
    return feed.messages().stream().map(Wire::text).toList();
  }

  private List<String> until(Answers<ReadResp> feed, String text) {
    return texts(feed.until(seen -> texts(seen).contains(text)));
  }

  private String event(int revision, String type) {
    return revision + "@" + s + " " + type;
  }

  @Test
  @DisplayName("4.2 confirmation, history in order, caught up, then live")
  void messages() {
    wire.append(s, "any", "e0", "e1");
    var feed = subscribe(s);
    caughtUp(feed);
    wire.append(s, "any", "e2");
    assertThat(until(feed, event(2, "e2")))
        .containsExactly("confirmed", event(0, "e0"), event(1, "e1"), "caught up", event(2, "e2"));
    assertThat(feed.messages().getFirst().getConfirmation().getSubscriptionId())
        .matches("[0-9a-f-]{36}");
  }

  @Test
  @DisplayName("4.1 a revision is exclusive, the end means later events only")
  void starts() {
    wire.append(s, "any", "e0", "e1");
    assertThat(caughtUp(subscribe(s, at(0))))
        .containsExactly("confirmed", event(1, "e1"), "caught up");
    var fromEnd = subscribe(s, fromEnd());
    assertThat(caughtUp(fromEnd)).containsExactly("confirmed", "caught up");
    wire.append(s, "any", "e2");
    assertThat(until(fromEnd, event(2, "e2"))).hasSize(3);
  }

  @Test
  @DisplayName(
      "4.6 start beyond the end: events at or below the start are skipped when they arrive")
  void beyond_the_end() {
    var feed = subscribe(s, at(1));
    assertThat(caughtUp(feed)).containsExactly("confirmed", "caught up");
    wire.append(s, "any", "e0", "e1", "e2");
    assertThat(until(feed, event(2, "e2")))
        .containsExactly("confirmed", "caught up", event(2, "e2"));
  }

  /** A subscription to a stream of one event, which is told of the next. */
  private Answers<ReadResp> liveAtTheEnd() {
    wire.append(s, "any", "e0");
    var feed = subscribe(s, fromEnd());
    caughtUp(feed);
    return feed;
  }

  private void tombstoneEnds(Answers<ReadResp> feed) {
    wire.tombstone(s, "any");
    assertThat(Wire.texts(feed.await()))
        .containsExactly(
            "confirmed",
            "caught up",
            "MAX@" + s + " $streamDeleted",
            "FAILED_PRECONDITION stream-deleted");
  }

  @Test
  @DisplayName(
      "4.5 tombstoned before the start is an error, tombstoned while live the tombstone and then that error")
  void tombstones() {
    var feed = liveAtTheEnd();
    tombstoneEnds(feed);
    assertThat(Wire.texts(subscribe(s).await()))
        .containsExactly("FAILED_PRECONDITION stream-deleted");
  }

  @Test
  @DisplayName(
      "4.5 tombstoned while live, and much was written to other streams since its last event")
  void tombstoned_long() {
    var feed = liveAtTheEnd();
    String[] others = Stream.generate(() -> "e").limit(1_000).toArray(String[]::new);
    for (int i = 0; i < 9; i++) {
      wire.append("other-" + s, "any", others);
    }
    tombstoneEnds(feed);
  }

  @Test
  @DisplayName("4.5 tombstoned while a slow reader is at its history")
  void tombstoned_in_history() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      wire.appending(s, "any", List.of(wire.event("e", LARGE, "text/plain")));
    }
    var reader = SlowReader.of(wire, s, Wire.subscription());
    reader.takeFirst();
    wire.tombstone(s, "any");
    assertThat(reader.failure().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  @DisplayName("4.4 each event once, in order, while many are being appended")
  void no_gap_no_duplicate() {
    int count = 600;
    var _ =
        Thread.startVirtualThread(
            () -> IntStream.range(0, count / 3).forEach(_ -> wire.append(s, "any", "a", "b", "c")));
    var stream = subscribe(s);
    var all = subscribe(ALL, streamPrefix(s));
    for (Answers<ReadResp> feed : List.of(stream, all)) {
      feed.until(seen -> revisions(seen).size() >= count);
      assertThat(revisions(feed))
          .containsExactlyElementsOf(IntStream.range(0, count).mapToObj(Long::valueOf).toList());
      assertThat(texts(feed)).containsOnlyOnce("caught up");
    }
  }

  private static List<Long> revisions(Answers<ReadResp> feed) {
    return feed.messages().stream()
        .filter(ReadResp::hasEvent)
        .map(message -> message.getEvent().getEvent().getStreamRevision())
        .toList();
  }

  @Test
  @DisplayName("3.6 truncation holds for history, not for live events")
  void truncation() {
    wire.append(s, "any", "e0", "e1", "e2");
    wire.metadata(s, "{\"$tb\":50}");
    var feed = subscribe(s);
    assertThat(caughtUp(feed)).containsExactly("confirmed", "caught up");
    wire.append(s, "any", "e3");
    until(feed, event(3, "e3"));
  }

  @Test
  @DisplayName("4 $all: the position is exclusive; deleted and truncated events are delivered")
  void all() {
    long mark = wire.position(s, "mark");
    wire.append(s, "any", "e1");
    wire.delete(s, "any");
    assertThat(caughtUp(subscribe(ALL, at(mark))))
        .containsExactly("confirmed", event(1, "e1"), "0@$$" + s + " $metadata", "caught up");
    assertThat(caughtUp(subscribe(ALL, at(MAX)))).containsExactly("confirmed", "caught up");
  }

  @Test
  @DisplayName("4.1 a filter looks for a regular expression or a prefix, in stream or type")
  void filters() {
    long mark = wire.position(s + "m", "mark");
    wire.append(s + "a", "any", "x1", "y1");
    wire.append(s + "b", "any", "x2");
    String a = "@" + s + "a ";
    assertThat(filtered(mark, filter -> filter.getStreamIdentifierBuilder().addPrefix(s + "a")))
        .containsExactly("0" + a + "x1", "1" + a + "y1");
    assertThat(
            filtered(
                mark, filter -> filter.getEventTypeBuilder().setRegex("1$").addPrefix("ignored")))
        .containsExactly("0" + a + "x1", "1" + a + "y1");
    assertThat(filtered(mark, filter -> filter.getEventTypeBuilder().setRegex("^[^\\$].*")))
        .hasSize(3);
    assertThat(
            filtered(
                mark,
                filter ->
                    filter.setEventType(
                        ReadReq.Options.FilterOptions.Expression.getDefaultInstance())))
        .isEmpty();
    assertThat(filtered(mark, filter -> filter.getEventTypeBuilder().addPrefix(""))).hasSize(3);
  }

  private List<String> filtered(long mark, Consumer<ReadReq.Options.FilterOptions.Builder> filter) {
    return caughtUp(subscribe(ALL, at(mark), filter(filter))).stream()
        .filter(text -> text.contains("@"))
        .toList();
  }

  @Test
  @DisplayName(
      "4.1 a filter without target or window is INVALID_ARGUMENT, an invalid expression or multiplier UNKNOWN")
  void invalid_filters() {
    assertThat(Wire.texts(subscribe(ALL, filter(_ -> {})).await()))
        .containsExactly("INVALID_ARGUMENT");
    assertThat(invalid(ReadReq.Options.FilterOptions.Builder::clearMax))
        .containsExactly("INVALID_ARGUMENT");
    assertThat(invalid(filter -> filter.getEventTypeBuilder().setRegex("[")))
        .containsExactly("UNKNOWN");
    assertThat(invalid(filter -> filter.setCheckpointIntervalMultiplier(0)))
        .containsExactly("UNKNOWN");
    assertThat(invalid(filter -> filter.setMax(0))).containsExactly("confirmed", "UNKNOWN");
  }

  private List<String> invalid(Consumer<ReadReq.Options.FilterOptions.Builder> change) {
    return Wire.texts(
        subscribe(
                ALL,
                filter(
                    filter -> {
                      filter.getEventTypeBuilder().addPrefix("x");
                      change.accept(filter);
                    }))
            .await());
  }

  @Test
  @DisplayName(
      "4.2 checkpoints: one a page that reaches the interval, one before caught up, live one each interval")
  void checkpoints() {
    long mark = wire.position(s + "m", "mark");
    String[] forty = new String[40];
    java.util.Arrays.fill(forty, "n");
    wire.append(s + "no", "any", forty);
    wire.append(s + "yes", "any", "y0", "y1");
    var feed = subscribe(ALL, at(mark), streamPrefix(s + "yes"));
    assertThat(caughtUp(feed))
        .containsExactly(
            "confirmed",
            "checkpoint",
            "0@" + s + "yes y0",
            "1@" + s + "yes y1",
            "checkpoint",
            "caught up");
    int before = feed.messages().size();
    wire.append(s + "no", "any", forty);
    feed.until(seen -> seen.messages().size() > before);
    assertThat(texts(feed).getLast()).isEqualTo("checkpoint");
  }

  @Test
  @DisplayName("4.2 resuming from any checkpoint loses nothing")
  void resuming() {
    long mark = wire.position(s + "m", "mark");
    for (int i = 0; i < 5; i++) {
      wire.append(s + "no", "any", "n", "n", "n", "n", "n", "n", "n");
      wire.append(s + "yes", "any", "y" + i);
    }
    Consumer<ReadReq.Options.Builder> smallPages =
        streamPrefix(s + "yes").andThen(options -> options.getFilterBuilder().setMax(3));
    var feed = subscribe(ALL, at(mark), smallPages);
    caughtUp(feed);
    List<ReadResp> messages = feed.messages();
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).hasCheckpoint()) {
        var seen = messages.subList(0, i).stream().filter(ReadResp::hasEvent).map(Wire::text);
        var rest =
            caughtUp(
                subscribe(
                    ALL, at(messages.get(i).getCheckpoint().getCommitPosition()), smallPages));
        assertThat(
                java.util.stream.Stream.concat(
                    seen, rest.stream().filter(text -> text.contains("@"))))
            .hasSize(5)
            .doesNotHaveDuplicates();
      }
    }
  }

  @Test
  @DisplayName("1.4 a slow reader is not buffered for, and gets all in the end")
  void slow_reader() throws InterruptedException {
    var reader = SlowReader.of(wire, s, Wire.subscription());
    for (int i = 0; i < 40; i++) {
      wire.appending(s, "any", List.of(wire.event("e", LARGE, "text/plain")));
    }
    int confirmationAndCaughtUp = 2;
    assertThat(reader.take(confirmationAndCaughtUp + 40)).isEqualTo(confirmationAndCaughtUp + 40);
  }
}
