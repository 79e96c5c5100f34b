package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ListReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.SubscriptionInfo;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import com.eventstore.dbclient.proto.shared.Shared;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Namespace;
import dev.foldline.core.Positions;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Stored;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.messaging.OutgoingEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The connector in a Quarkus application that says nothing of indexes. */
class ConnectorInQuarkusTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final ListReq ALL_GROUPS =
      ListReq.newBuilder()
          .setOptions(
              ListReq.Options.newBuilder()
                  .setListAllSubscriptions(Shared.Empty.getDefaultInstance()))
          .build();
  private static final int STREAMS = 4;
  private static final int EVENTS = 10;
  private static final String CAUSE = "n-cause";

  @RegisterExtension static final QuarkusUnitTest APPLICATION = application();

  @Inject Handlers handlers;
  @Inject Positions positions;
  @Inject MeterRegistry registry;
  @Inject EventStore store;
  @Inject Namespace namespace;

  @TestHTTPResource("/q/health")
  URI health;

  private static QuarkusUnitTest application() {
    QuarkusUnitTest application =
        new QuarkusUnitTest()
            .withApplicationRoot(
                jar ->
                    jar.addClasses(
                        Handlers.class, Counted.class, Note.class, Note.Noted.class, Note.Of.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("foldline.namespace", "counters")
            .overrideConfigKey("mp.messaging.incoming.caught-up.subscription", "catch-up")
            .overrideConfigKey("mp.messaging.outgoing.out.connector", "foldline-eventstoredb")
            .overrideConfigKey("mp.messaging.outgoing.out.event-type", "counted");
    for (String channel : List.of("virtual", "blocking", "uni", "caught-up")) {
      application
          .overrideConfigKey(
              "mp.messaging.incoming." + channel + ".connector", "foldline-eventstoredb")
          .overrideConfigKey("mp.messaging.incoming." + channel + ".category", "n");
    }
    return application;
  }

  public record Counted(int number) {}

  /** What a handler makes of an event, in a stream that is named after the channel. */
  public sealed interface Note {

    Category<Note> NOTES = Category.of("note", Note.class);

    Decider<Of, Integer, Note> DECIDER =
        new Decider<>(
            NOTES,
            Of::channel,
            0,
            (_, notes) -> notes == 0 ? List.of(new Noted()) : List.of(),
            (notes, _) -> notes + 1);

    @Stored("noted")
    record Noted() implements Note {}

    record Of(String channel) {}
  }

  @ApplicationScoped
  public static class Handlers {

    private final Map<String, Map<String, List<Long>>> seen = new ConcurrentHashMap<>();
    private final Set<String> misplaced = ConcurrentHashMap.newKeySet();

    @Inject
    @Channel("out")
    MutinyEmitter<Counted> out;

    @Inject CommandHandler commands;

    /** So that meters have values; of the class, for meters are there before channels are. */
    @Produces
    @Singleton
    static SimpleMeterRegistry registry() {
      return new SimpleMeterRegistry();
    }

    void send(String stream, int number) {
      out.sendMessage(
              Message.of(new Counted(number)).addMetadata(OutgoingEvent.to(stream, "counted")))
          .await()
          .atMost(LIMIT);
    }

    @Incoming("virtual")
    @RunOnVirtualThread
    void onVirtualThreads(Recorded<StoredEvent> event) {
      see("virtual", event, Thread::isVirtual);
      note("virtual").await().atMost(LIMIT);
    }

    @Incoming("blocking")
    @Blocking(ordered = false)
    void onWorkers(Recorded<StoredEvent> event) {
      see("blocking", event, thread -> thread.getName().startsWith("executor-thread"));
      note("blocking").await().atMost(LIMIT);
    }

    @Incoming("uni")
    Uni<Void> onTheEventLoop(Recorded<StoredEvent> event) {
      see("uni", event, thread -> thread.getName().startsWith("vert.x-eventloop"));
      return note("uni").replaceWithVoid();
    }

    private Uni<Receipt> note(String channel) {
      return commands.handle(Note.DECIDER, new Note.Of(channel));
    }

    @Incoming("caught-up")
    @Blocking
    void catchUp(Recorded<StoredEvent> event) {
      see("caught-up", event, _ -> true);
    }

    private void see(String channel, Recorded<StoredEvent> event, Predicate<Thread> right) {
      if (!right.test(Thread.currentThread())) {
        misplaced.add(channel + " on " + Thread.currentThread());
      }
      List<Long> revisions =
          seen.computeIfAbsent(channel, _ -> new ConcurrentHashMap<>())
              .computeIfAbsent(event.stream(), _ -> new ArrayList<>());
      synchronized (revisions) {
        revisions.add(event.revision());
      }
    }

    /** Of the streams whose order is tried. */
    List<List<Long>> revisions(String channel) {
      return seen.getOrDefault(channel, Map.of()).entrySet().stream()
          .filter(stream -> !stream.getKey().equals(CAUSE))
          .map(Map.Entry::getValue)
          .toList();
    }

    Set<String> misplaced() {
      return misplaced;
    }
  }

  @Test
  void every_kind_of_handler_gets_every_stream_in_its_order() throws Exception {
    for (int event = 0; event < EVENTS; event++) {
      for (int stream = 0; stream < STREAMS; stream++) {
        handlers.send("n-" + stream, event);
      }
    }
    for (String channel : List.of("virtual", "blocking", "uni", "caught-up")) {
      await().atMost(LIMIT).until(() -> count(channel) == STREAMS * EVENTS);
      assertThat(handlers.revisions(channel))
          .allSatisfy(revisions -> assertThat(revisions).isSorted().doesNotHaveDuplicates());
    }
    assertThat(handlers.misplaced()).isEmpty();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                positions
                    .load(namespace.of("caught-up") + ":$all ^n-")
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS)
                    .isPresent());
  }

  @Test
  void groups_are_in_the_namespace_of_the_application() {
    assertThat(namespace.name()).isEqualTo("counters");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        store
                            .call(PersistentSubscriptionsGrpc.getListMethod(), ALL_GROUPS)
                            .await()
                            .atMost(LIMIT)
                            .getSubscriptionsList())
                    .extracting(SubscriptionInfo::getGroupName)
                    .contains("counters:virtual", "counters:blocking", "counters:uni")
                    .allMatch(group -> group.startsWith("counters:")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "blocking", "uni"})
  void what_a_command_of_a_handler_writes_follows_from_its_event(String channel) {
    handlers.send(CAUSE, 1);
    await().atMost(LIMIT).until(() -> !read("note-" + channel).isEmpty());

    Map<String, Object> metadata = read("note-" + channel).getFirst().metadata();
    List<String> ids = causes().map(event -> event.eventId().toString()).toList();
    assertThat(ids).contains(String.valueOf(metadata.get("$causationId")));
    assertThat(metadata.get("$correlationId")).isEqualTo(metadata.get("$causationId"));
  }

  private Stream<Recorded<StoredEvent>> causes() {
    return Stream.of("n-0", "n-1", "n-2", "n-3", CAUSE).flatMap(stream -> read(stream).stream());
  }

  private List<Recorded<StoredEvent>> read(String stream) {
    return store.remaining(stream, 0, 1_000).await().atMost(LIMIT);
  }

  private int count(String channel) {
    return handlers.revisions(channel).stream().mapToInt(List::size).sum();
  }

  @Test
  void channels_count_for_health_and_metrics() {
    await().atMost(LIMIT).until(() -> get("/started").statusCode() == 200);
    await().atMost(LIMIT).until(() -> get("/ready").statusCode() == 200);
    assertThat(get("/ready").body()).contains("virtual", "caught-up");
    assertThat(get("/live").statusCode()).isEqualTo(200);
    assertThat(get("/live").body()).contains("out");
    assertThat(registry.get("foldline.channel.up").tag("channel", "uni").gauge().value()).isOne();
    assertThat(registry.get("foldline.channel.losses").tag("channel", "uni").functionCounter())
        .isNotNull();
  }

  private HttpResponse<String> get(String kind) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(health + kind)).timeout(LIMIT).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
