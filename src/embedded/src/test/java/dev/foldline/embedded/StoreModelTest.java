package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq.ProposedMessage;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.foldline.embedded.Model.Metadata;
import dev.foldline.embedded.Model.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.Store;
import org.jspecify.annotations.Nullable;

/**
 * Random sequences of writes to a few streams, against the {@link Model}. {@code
 * -Djqwik.tries.default=5000} is the long form; a failure is shrunk, and names its seed.
 */
@Label("2.4 to 2.7, 3.3, 3.4, 3.6, 5 against a model")
class StoreModelTest {
  private static final int STREAMS = 2;
  private static final int LONGEST = 14;
  private static final int IDS = 6;

  /** So small that reads find a stream's events in SQLite's index, in memory, and in both. */
  private static final int INDEX_GENERATION = 8;

  private static final AtomicInteger SEQUENCES = new AtomicInteger();

  private record Embedded(EmbeddedEventStore store, Wire wire) implements Store.CloseOnReset {
    static Embedded start() {
      var store =
          EmbeddedEventStore.builder().projections(false).indexGeneration(INDEX_GENERATION).start();
      return new Embedded(store, new Wire(store));
    }

    @Override
    public void close() {
      wire.close();
      store.close();
    }
  }

  private final Wire wire =
      Store.getOrCreate(StoreModelTest.class, Lifespan.PROPERTY, Embedded::start).get().wire();

  /** Of the sequence alone: what each event's position is, by what a reader is shown of it. */
  private final Map<Long, String> positions = new HashMap<>();

  @Property
  @Label("every write is answered as the matrices say, and every read finds what they say")
  void agrees_with_the_model(@ForAll("sequences") List<Step> steps) {
    int sequence = SEQUENCES.incrementAndGet();
    long start = end();
    List<String> log = new ArrayList<>();
    List<Model> streams =
        IntStream.range(0, STREAMS)
            .mapToObj(i -> new Model("model-%d-%d".formatted(sequence, i), log))
            .toList();
    for (Step step : steps) {
      Model model = streams.get(step.stream());
      String expected = model.apply(step);
      Written written = write(model.stream(), step);
      checkAll(start, log);
      assertThat(written.text(positions)).as("the answer to %s", step).isEqualTo(expected);
      checkStream(model);
    }
  }

  // What is tried.

  @Provide
  Arbitrary<List<Step>> sequences() {
    Arbitrary<Integer> stream = Arbitraries.integers().between(0, STREAMS - 1);
    Arbitrary<Object> expected =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.of("any", "no_stream", "stream_exists").asGeneric()),
            Tuple.of(3, Arbitraries.integers().between(0, 5).asGeneric()));
    Arbitrary<Step> append =
        Combinators.combine(
                stream,
                expected,
                Arbitraries.integers().between(1, IDS).map(id -> "e" + id).list().ofMaxSize(3),
                Arbitraries.of(false, true))
            .as(Step.Append::new);
    Arbitrary<Step> metadata =
        Combinators.combine(
                stream,
                expected,
                Combinators.combine(
                        Arbitraries.of(Metadata.Kind.class),
                        Arbitraries.of(-1L, 0L, 1L, 2L, 50L, Model.MAX),
                        Arbitraries.of(-1L, 0L, 1L, 2L, 50L))
                    .as(Metadata::new))
            .as(Step.WriteMetadata::new);
    Arbitrary<Step> delete = Combinators.combine(stream, expected).as(Step.Delete::new);
    Arbitrary<Step> tombstone = Combinators.combine(stream, expected).as(Step.Tombstone::new);
    return Arbitraries.frequencyOf(
            Tuple.of(13, append),
            Tuple.of(3, metadata),
            Tuple.of(3, delete),
            Tuple.of(1, tombstone))
        .list()
        .ofMinSize(1)
        .ofMaxSize(LONGEST);
  }

  // What the store does.

  /** How a write was answered; where its position is, the log has to tell. */
  private record Written(String text, @Nullable Long position) {
    String text(Map<Long, String> positions) {
      return position == null ? text : text + " " + positions.getOrDefault(position, "between");
    }
  }

  private Written write(String stream, Step step) {
    return switch (step) {
      case Step.Append append when append.batch() ->
          batch(stream, append.expected(), events(append.ids()));
      case Step.Append append -> append(stream, append.expected(), events(append.ids()));
      case Step.WriteMetadata(_, var expected, var metadata) ->
          append(
              "$$" + stream,
              expected,
              List.of(wire.event("$metadata", metadata.json(), "application/json")));
      case Step.Delete delete -> new Written(wire.delete(stream, delete.expected()), null);
      case Step.Tombstone tombstone ->
          new Written(wire.tombstone(stream, tombstone.expected()), null);
    };
  }

  private List<ProposedMessage> events(List<String> ids) {
    return ids.stream().map(id -> wire.event(id + "#" + id)).toList();
  }

  private Written append(String stream, Object expected, List<ProposedMessage> events) {
    var answers = wire.appending(stream, expected, events);
    String text = Wire.appended(answers).replace("no_position", "no position");
    return new Written(
        text,
        answers.messages().stream()
            .filter(AppendResp::hasSuccess)
            .map(AppendResp::getSuccess)
            .filter(AppendResp.Success::hasPosition)
            .map(success -> success.getPosition().getCommitPosition())
            .findFirst()
            .orElse(null));
  }

  private Written batch(String stream, Object expected, List<ProposedMessage> events) {
    var request = BatchAppendReq.newBuilder().setIsFinal(true);
    request.setCorrelationId(Wire.structured(UUID.randomUUID()));
    var options = request.getOptionsBuilder().setStreamIdentifier(Wire.identifier(stream));
    switch (expected.toString()) {
      case "any" -> options.setAny(Empty.getDefaultInstance());
      case "no_stream" -> options.setNoStream(Empty.getDefaultInstance());
      case "stream_exists" -> options.setStreamExists(Empty.getDefaultInstance());
      default -> options.setStreamPosition(((Number) expected).longValue());
    }
    for (ProposedMessage event : events) {
      request
          .addProposedMessagesBuilder()
          .setId(event.getId())
          .putAllMetadata(event.getMetadataMap())
          .setData(event.getData());
    }
    var answers = new Answers<BatchAppendResp>();
    var call = wire.stub().batchAppend(answers);
    call.onNext(request.build());
    call.onCompleted();
    return written(answers.await().messages().getFirst());
  }

  private static Written written(BatchAppendResp answer) {
    if (answer.hasSuccess()) {
      var success = answer.getSuccess();
      String text = "ok " + (success.hasNoStream() ? "no_stream" : success.getCurrentRevision());
      return success.hasPosition()
          ? new Written(text, success.getPosition().getCommitPosition())
          : new Written(text + " no position", null);
    }
    try {
      var detail = answer.getError().getDetails();
      if (detail.is(Shared.WrongExpectedVersion.class)) {
        var wrong = detail.unpack(Shared.WrongExpectedVersion.class);
        return new Written(
            "wrong "
                + (wrong.hasCurrentNoStream() ? "no_stream" : wrong.getCurrentStreamRevision()),
            null);
      }
      return new Written(
          detail.is(Shared.StreamDeleted.class) ? Model.DELETED : detail.getTypeUrl(), null);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  // What readers find.

  private long end() {
    return position(
        wire.open(Wire.ALL, Wire.backwards(), Wire.fromEnd(), Wire.count(1))
            .await()
            .messages()
            .getFirst());
  }

  private void checkAll(long start, List<String> log) {
    List<ReadResp> events = wire.open(Wire.ALL, Wire.at(start + 1)).await().messages();
    assertThat(events.stream().map(Wire::text).toList()).isEqualTo(log);
    positions.clear();
    events.forEach(event -> positions.put(position(event), Wire.text(event)));
    if (log.isEmpty()) {
      return;
    }
    int middle = log.size() / 2;
    Consumer<ReadReq.Options.Builder> there = Wire.at(position(events.get(middle)));
    var forwards = wire.open(Wire.ALL, there);
    var fromEnd = wire.open(Wire.ALL, Wire.backwards(), Wire.fromEnd(), Wire.count(log.size()));
    var backwards = wire.open(Wire.ALL, Wire.backwards(), there, Wire.count(middle + 1));
    assertThat(texts(forwards)).isEqualTo(log.subList(middle, log.size()));
    assertThat(texts(fromEnd)).isEqualTo(log.reversed());
    assertThat(texts(backwards).subList(0, middle)).isEqualTo(log.subList(0, middle).reversed());
  }

  private static long position(ReadResp message) {
    return message.getEvent().getEvent().getCommitPosition();
  }

  private void checkStream(Model model) {
    String stream = model.stream();
    long middle = Math.max(model.last(), 0) / 2;
    var forwards = wire.open(stream);
    var fromMiddle = wire.open(stream, Wire.at(middle), Wire.count(2));
    var fromEnd = wire.open(stream, Wire.backwards(), Wire.fromEnd());
    var backwards = wire.open(stream, Wire.backwards(), Wire.at(middle), Wire.count(2));
    var metadata = wire.open("$$" + stream);
    assertThat(texts(forwards)).isEqualTo(model.forwards(0, Model.MAX));
    assertThat(texts(fromMiddle)).isEqualTo(model.forwards(middle, 2));
    assertThat(texts(fromEnd)).isEqualTo(model.backwards(Model.MAX, Model.MAX));
    assertThat(texts(backwards)).isEqualTo(model.backwards(middle, 2));
    assertThat(texts(metadata)).isEqualTo(model.readMetadata());
  }

  private static List<String> texts(Answers<ReadResp> answers) {
    return Wire.texts(answers.await());
  }
}
