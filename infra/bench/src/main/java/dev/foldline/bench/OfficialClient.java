package dev.foldline.bench;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.CreatePersistentSubscriptionToAllOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.PersistentSubscription;
import com.eventstore.dbclient.PersistentSubscriptionListener;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadMessage;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribePersistentSubscriptionOptions;
import java.net.URI;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The official client, asked for what {@link FoldlineConnection} is asked for. */
final class OfficialClient implements AutoCloseable {

  private final EventStoreDBClient client;

  private OfficialClient(EventStoreDBClient client) {
    this.client = client;
  }

  /** As it is: each callback wakes a thread of a pool. */
  static OfficialClient asItIs(String connectionString) {
    return new OfficialClient(
        EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString)));
  }

  /** What it is answered it handles where it comes in. */
  static OfficialClient direct(String connectionString) {
    URI address = URI.create(connectionString);
    return new OfficialClient(
        EventStoreDBClient.create(
            EventStoreDBClientSettings.builder()
                .addHost(address.getHost(), address.getPort())
                .tls(false)
                .addInterceptor(new OnConnectionThread())
                .buildConnectionSettings()));
  }

  CompletionStage<?> append(String stream, byte[] data) {
    AppendToStreamOptions options = AppendToStreamOptions.get();
    options.expectedRevision(ExpectedRevision.any());
    EventData event = EventData.builderAsJson(UUID.randomUUID(), "measured", data).build();
    return client.appendToStream(stream, options, event);
  }

  CompletionStage<?> readTen(String stream) {
    return client.readStream(stream, ReadStreamOptions.get().forwards().maxCount(10));
  }

  /** From the first event of the log to the last. */
  StoreTable.Events readAll() throws InterruptedException {
    AtomicLong events = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    long start = System.nanoTime();
    client
        .readAllReactive(ReadAllOptions.get().forwards().fromStart().maxCount(Long.MAX_VALUE))
        .subscribe(
            new Subscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(ReadMessage message) {
                events.incrementAndGet();
              }

              @Override
              public void onError(Throwable failure) {
                failure.printStackTrace();
                done.countDown();
              }

              @Override
              public void onComplete() {
                done.countDown();
              }
            });
    if (!done.await(120, TimeUnit.SECONDS)) {
      throw new IllegalStateException("reading $all did not end");
    }
    return StoreTable.Events.since(start, events.get());
  }

  /** Makes a group that begins at the first event of the log, and answers its name. */
  String group() throws Exception {
    String group = UUID.randomUUID().toString();
    var options = CreatePersistentSubscriptionToAllOptions.get().fromStart();
    var _ =
        EventStoreDBPersistentSubscriptionsClient.from(client)
            .createToAll(group, options)
            .get(10, TimeUnit.SECONDS);
    return group;
  }

  /** Takes the first events of the log by a persistent subscription, and acknowledges each. */
  StoreTable.Events subscribe(int bufferSize, long count) throws Exception {
    String group = group();
    var subscriptions = EventStoreDBPersistentSubscriptionsClient.from(client);
    AtomicLong events = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    long start = System.nanoTime();
    PersistentSubscription subscription =
        subscriptions
            .subscribeToAll(
                group,
                SubscribePersistentSubscriptionOptions.get().bufferSize(bufferSize),
                new PersistentSubscriptionListener() {
                  @Override
                  public void onEvent(
                      PersistentSubscription subscription, int retries, ResolvedEvent event) {
                    subscription.ack(event);
                    if (events.incrementAndGet() == count) {
                      done.countDown();
                    }
                  }
                })
            .get(10, TimeUnit.SECONDS);
    boolean ended = done.await(60, TimeUnit.SECONDS);
    StoreTable.Events reached = StoreTable.Events.since(start, events.get());
    subscription.stop();
    if (!ended) {
      System.out.println("(only " + events + " events came within a minute)");
    }
    return reached;
  }

  @Override
  public void close() {
    client.shutdown().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
