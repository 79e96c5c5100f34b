package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Before a store that answers when it is told to. */
@DisplayName("A call through a proxy")
class ProxiedCallTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration A_WHILE = Duration.ofMillis(300);

  private final BlockingQueue<CallAtStore> atStore = new LinkedBlockingQueue<>();
  private final BlockingQueue<ProxiedCall> passed = new LinkedBlockingQueue<>();
  private final Queue<ProxiedCall> over = new ConcurrentLinkedQueue<>();
  private final ProxyServer store = new ProxyServer(0, (call, _) -> new CallAtStore(call));
  private final ManagedChannel toStore = ProxyServer.channelTo(store.port());
  private final ProxyServer proxy = new ProxyServer(0, this::pass);
  private final NodeClient client = NodeClient.takesAnyNode(proxy.port());

  /** What the store hears. */
  private final class CallAtStore extends ServerCall.Listener<byte[]> {

    private final ServerCall<byte[], byte[]> call;
    private final CompletableFuture<Void> halfClosed = new CompletableFuture<>();
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    CallAtStore(ServerCall<byte[], byte[]> call) {
      this.call = call;
      call.request(Integer.MAX_VALUE);
    }

    /** The call is known from its first message on. */
    @Override
    public void onMessage(byte[] message) {
      atStore.add(this);
    }

    @Override
    public void onHalfClose() {
      halfClosed.complete(null);
    }

    @Override
    public void onCancel() {
      cancelled.complete(null);
    }

    void answer() {
      call.close(Status.OK, new Metadata());
    }
  }

  private ServerCall.Listener<byte[]> pass(ServerCall<byte[], byte[]> call, Metadata headers) {
    ProxiedCall proxied = new ProxiedCall(call, toStore, () -> false, over::add);
    passed.add(proxied);
    return proxied.start(headers);
  }

  @AfterEach
  void stop() {
    client.close();
    proxy.close();
    toStore.shutdownNow();
    store.close();
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private static void becomes(CompletableFuture<Void> event) {
    assertThat(event).succeedsWithin(LIMIT);
  }

  private static void staysOpen(CompletableFuture<Void> event) {
    await().during(A_WHILE).atMost(LIMIT).until(() -> !event.isDone());
  }

  private CompletableFuture<Void> detach() throws InterruptedException {
    return CompletableFuture.runAsync(next(passed)::detach);
  }

  @Test
  void that_is_detached_waits_for_what_the_store_was_asked_in_full() throws Exception {
    Answers<AppendResp> answers = client.append("s");
    CallAtStore append = next(atStore);
    becomes(append.halfClosed);

    CompletableFuture<Void> detached = detach();
    staysOpen(detached);
    append.answer();
    becomes(detached);
    assertThat(append.cancelled).isNotDone();
    assertThat(answers.isOver()).isFalse();
  }

  @Test
  void that_is_detached_drops_what_the_store_was_not_asked_in_full() throws Exception {
    var _ = client.beginAppend("s", new Answers<>());
    CallAtStore append = next(atStore);

    becomes(detach());
    becomes(append.cancelled);
    assertThat(append.halfClosed).isNotDone();
  }

  @Test
  void that_is_detached_ends_a_read() throws Exception {
    var _ = client.read("s");
    CallAtStore read = next(atStore);
    becomes(read.halfClosed);

    becomes(detach());
    becomes(read.cancelled);
  }

  @Test
  void that_is_detached_waits_for_the_batches_that_the_store_has() throws Exception {
    Answers<BatchAppendResp> answers = new Answers<>();
    client.batches(answers).onNext(NodeClient.batch("s"));
    CallAtStore batches = next(atStore);

    CompletableFuture<Void> detached = detach();
    becomes(batches.halfClosed);
    staysOpen(detached);
    batches.answer();
    becomes(detached);
    assertThat(answers.isOver()).isFalse();
  }

  @Test
  void whose_client_goes_away_leaves_at_the_store_what_was_asked_in_full() throws Exception {
    var _ = client.append("s");
    CallAtStore append = next(atStore);
    becomes(append.halfClosed);

    client.close();
    await().atMost(LIMIT).until(() -> over.contains(passed.peek()));
    staysOpen(append.cancelled);
  }

  @Test
  void whose_client_goes_away_ends_a_read_at_the_store() throws Exception {
    var _ = client.read("s");
    CallAtStore read = next(atStore);
    becomes(read.halfClosed);

    client.close();
    becomes(read.cancelled);
  }
}
