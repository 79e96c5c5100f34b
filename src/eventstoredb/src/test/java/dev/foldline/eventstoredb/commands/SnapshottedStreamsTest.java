package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.StreamMetadata;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import dev.foldline.testing.Faults.Fault;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The command handler with snapshots")
class SnapshottedStreamsTest extends StreamScenario {

  private static final CommandOptions COLD = HandlerOptions.coldWithSnapshots(5);

  private final Instance.Memory memory = new Instance.Memory();

  private String snapshot() {
    await().until(() -> memory.kept.containsKey("counter-" + id));
    return String.valueOf(memory.kept.get("counter-" + id));
  }

  @Test
  void goes_on_from_the_last_one() {
    get(instance(memory, COLD).handle("k", id, new AddOneByOne(7)));
    assertThat(snapshot()).contains("\"revision\":6", "\"@type\":\"Holding\"", "\"amount\":7");

    assertThat(get(instance(memory, COLD).handle(id, new Take(7))).revision()).isEqualTo(7);
    assertThat(get(instance(memory, COLD).handle("k", id, new AddOneByOne(7))).replayed()).isTrue();
  }

  @Test
  void trusts_none_that_is_corrupt_of_another_version_or_of_another_stream() {
    get(instance(memory, COLD).handle(id, new AddOneByOne(7)));
    String good = snapshot();
    List<String> useless =
        List.of(
            "",
            "null",
            "{",
            good.substring(0, good.length() / 2),
            good.replaceAll("\"schema\":\"[^\"]*\"", "\"schema\":\"older\""),
            good.replace("\"revision\":6", "\"revision\":60"),
            good.replaceAll("\"lastEvent\":\"[^\"]*\"", "\"lastEvent\":\"" + id + "\""),
            good.replace("\"@type\":\"Holding\"", "\"@type\":\"Hoarding\""),
            good.replace("\"amount\":7", "\"amount\":\"a lot\""));
    for (String snapshot : useless) {
      memory.kept.put("counter-" + id, snapshot);
      Instance instance = instance(memory, COLD);

      assertThatThrownBy(() -> get(instance.handle(id, new Take(8)))).isInstanceOf(Refused.class);
      assertThat(instance.heard.ignored.get() + instance.heard.discarded.get())
          .as(snapshot)
          .isEqualTo(1);
    }
  }

  @Test
  void is_as_right_where_they_are_away() {
    Snapshots away =
        new Snapshots() {
          @Override
          public CompletionStage<Optional<String>> load(String stream) {
            throw new IllegalStateException("away");
          }

          @Override
          public CompletionStage<Void> save(String stream, String snapshot) {
            return CompletableFuture.failedStage(new IllegalStateException("away"));
          }
        };
    Instance instance = instance(away, COLD);

    assertThat(get(instance.handle(id, new AddOneByOne(7))).revision()).isEqualTo(6);
    assertThat(get(instance.handle(id, new Take(7))).revision()).isEqualTo(7);
    assertThat(instance.heard.away).hasValue(1);
  }

  @Test
  void is_not_asked_for_where_a_stream_is_too_short_to_have_one() {
    Snapshots none =
        new Snapshots() {
          @Override
          public CompletionStage<Optional<String>> load(String stream) {
            throw new AssertionError("asked for that of " + stream);
          }

          @Override
          public CompletionStage<Void> save(String stream, String snapshot) {
            throw new IllegalStateException("given one of " + stream);
          }
        };
    Instance instance = instance(none, COLD);

    get(instance.handle(id, new AddOneByOne(4)));

    assertThatThrownBy(() -> get(instance.handle(id, new Take(5)))).isInstanceOf(Refused.class);
  }

  /** The last events are there only when it was asked for. */
  @Test
  void is_asked_for_while_the_last_events_are_read() {
    get(instance(memory, COLD).handle(id, new AddOneByOne(7)));
    CompletableFuture<Void> asked = new CompletableFuture<>();
    Snapshots noting =
        new Snapshots() {
          @Override
          public CompletionStage<Optional<String>> load(String stream) {
            asked.complete(null);
            return memory.load(stream);
          }

          @Override
          public CompletionStage<Void> save(String stream, String snapshot) {
            return memory.save(stream, snapshot);
          }
        };
    Meddled late =
        new Meddled(streams) {
          @Override
          Uni<List<Recorded<StoredEvent>>> readingLast(String stream, int limit, LongConsumer end) {
            return super.readingLast(stream, limit, end)
                .call(() -> Uni.createFrom().completionStage(asked));
          }
        };

    Instance reader = new Instance(late, noting, COLD, _ -> Fault.NONE);
    assertThat(get(reader.handle(id, new Take(7))).revision()).isEqualTo(7);
    assertThat(reader.reads).hasValue(1);
  }

  /** Of a stream with more than twice as many events as lie between two snapshots. */
  @Test
  void meets_the_last_events_so_that_one_read_is_all() {
    Instance writer = instance(memory, COLD);
    get(writer.handle(id, new AddOneByOne(7)));
    get(writer.handle(id, new AddOneByOne(7)));
    await().until(() -> snapshot().contains("\"revision\":13"));
    Instance reader = instance(memory, COLD);

    assertThat(get(reader.handle(id, new Take(14))).revision()).isEqualTo(14);
    assertThat(reader.reads).hasValue(1);
  }

  @Test
  void is_read_on_from_where_it_is_older_than_the_last_events() {
    get(instance(memory, COLD).handle(id, new AddOneByOne(7)));
    String old = snapshot();
    for (int i = 0; i < 3; i++) {
      get(instance(memory, COLD).handle(id, new AddOneByOne(7)));
    }
    memory.kept.put("counter-" + id, old);
    Instance reader = instance(memory, COLD);

    assertThat(get(reader.handle(id, new Take(28))).revision()).isEqualTo(28);
    assertThat(reader.reads).hasValue(2);
  }

  @Test
  void is_done_without_where_none_is_kept_of_a_long_stream() {
    Instance writer = instance(memory, COLD);
    for (int i = 0; i < 3; i++) {
      get(writer.handle(id, new AddOneByOne(7)));
    }
    Instance reader = instance(new Instance.Memory(), COLD);

    assertThat(get(reader.handle(id, new Take(21))).revision()).isEqualTo(21);
    assertThat(reader.reads).hasValue(2);
  }

  @Test
  void knows_what_was_in_a_stream_before_it_was_truncated() throws Exception {
    get(instance(memory, COLD).handle(id, new AddOneByOne(7)));
    assertThat(snapshot()).contains("\"revision\":6");
    StreamMetadata metadata = new StreamMetadata();
    metadata.setTruncateBefore(6L);
    server.client().setStreamMetadata("counter-" + id, metadata).get(20, TimeUnit.SECONDS);

    assertThat(get(instance(memory, COLD).handle(id, new Take(7))).revision()).isEqualTo(7);
  }

  @Test
  void keeps_none_where_they_are_off() {
    CommandOptions off =
        HandlerOptions.of(
            it -> {
              it.cachedStreams = 0;
              it.snapshotEvery = 5;
              it.withoutSnapshots = Set.of("counter");
            });
    get(instance(memory, off).handle(id, new AddOneByOne(7)));
    get(instance(memory, off).handle(id, new AddOneByOne(7)));

    assertThat(memory.kept).isEmpty();
  }
}
