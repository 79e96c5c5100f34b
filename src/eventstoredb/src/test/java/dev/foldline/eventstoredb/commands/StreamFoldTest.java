package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Appended;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.events.DiscardedEvents;
import dev.foldline.eventstoredb.events.StreamFold;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The fold of a stream for a query")
class StreamFoldTest {

  /** Each page comes in time, and there is always one more. */
  private record Endless() implements Streams {

    @Override
    public CompletionStage<Appended> append(
        String stream, long expected, List<StoredEvent> events) {
      return CompletableFuture.failedStage(new AssertionError("a query appends nothing"));
    }

    @Override
    public CompletionStage<List<Recorded<StoredEvent>>> last(
        String stream, int limit, LongConsumer end) {
      return CompletableFuture.failedStage(new AssertionError("a query begins at the beginning"));
    }

    @Override
    public CompletionStage<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
      StoredEvent event = Instance.CODEC.encode(UUID.randomUUID(), new Counter.Added(1));
      return Uni.createFrom()
          .item(
              LongStream.range(from, from + limit)
                  .mapToObj(
                      revision ->
                          new Recorded<>(
                              event,
                              event.id(),
                              stream,
                              revision,
                              revision,
                              Instant.EPOCH,
                              Map.of()))
                  .toList())
          .onItem()
          .delayIt()
          .by(Duration.ofMillis(1))
          .subscribeAsCompletionStage();
    }
  }

  @Test
  void ends_in_time_however_long_the_stream_is() {
    StreamFold fold =
        new StreamFold(new Endless(), Instance.CODEC, DiscardedEvents.NONE, Duration.ofMillis(100));

    assertThatThrownBy(
            () ->
                fold.fold(Counter.SUM, "counter-1", _ -> true)
                    .await()
                    .atMost(Duration.ofSeconds(20)))
        .isInstanceOf(Unavailable.class);
  }
}
