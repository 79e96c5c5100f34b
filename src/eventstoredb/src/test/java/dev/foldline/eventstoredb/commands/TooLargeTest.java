package dev.foldline.eventstoredb.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Receipt;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.TooLarge;
import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.connection.EventStore;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is larger than one append")
class TooLargeTest {

  private static final String STREAM = "counter-1";

  private EmbeddedEventStore server;
  private EventStore store;

  /** Takes less at once than a command handler sends. */
  @BeforeEach
  void start() {
    server = EmbeddedEventStore.builder().maxAppendSize(2_000).start();
    store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
  }

  @AfterEach
  void stop() {
    store.close();
    server.close();
  }

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  private List<Long> revisions() {
    return get(store.remaining(STREAM, 0, 500)).stream().map(event -> event.revision()).toList();
  }

  private static void assertIsTooLarge(Uni<?> uni) {
    assertThatThrownBy(() -> get(uni))
        .isInstanceOfSatisfying(TooLarge.class, e -> assertThat(e.stream()).isEqualTo(STREAM));
  }

  @Test
  void is_refused_whichever_way_it_goes_and_nothing_is_written() {
    Instance instance = Instance.of(store.streams());

    assertIsTooLarge(instance.handle("1", new AddOneByOne(100)));
    assertThat(revisions()).isEmpty();
    get(instance.handle("1", new Add(1)));
    assertIsTooLarge(instance.handle("1", new AddOneByOne(100)));
    assertIsTooLarge(instance.handle("1", new AddOneByOne(100_000)));
    assertThat(get(instance.handle("1", new Add(1))).revision()).isEqualTo(1);
    assertThat(revisions()).containsExactly(0L, 1L);
  }

  @Test
  void is_refused_alone_and_not_with_those_that_waited_beside_it() {
    Instance instance = Instance.of(store.streams());
    get(instance.handle("1", new Add(1)));
    List<CompletableFuture<Receipt>> small = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      small.add(instance.handle("key-" + i, "1", new Add(1)).subscribeAsCompletionStage());
    }
    CompletableFuture<Receipt> large =
        instance.handle("1", new AddOneByOne(100)).subscribeAsCompletionStage();
    for (int i = 0; i < 60; i++) {
      small.add(instance.handle("1", new Add(1)).subscribeAsCompletionStage());
    }

    assertThat(small.stream().map(answer -> answer.join().revision()))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 120).boxed().toList());
    assertThatThrownBy(large::join).hasCauseInstanceOf(TooLarge.class);
    assertThat(revisions()).hasSize(121);
    assertThat(get(instance.handle("key-7", "1", new Add(1))).replayed()).isTrue();
  }

  @Test
  void is_not_sent_where_no_server_takes_it() {
    byte[] data = ("\"" + "x".repeat(17_000_000) + "\"").getBytes(UTF_8);

    assertIsTooLarge(
        store.append(
            STREAM, List.of(new StoredEvent(UUID.randomUUID(), "large", data, new byte[0]))));
  }
}
