package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.Subscription;
import com.eventstore.dbclient.SubscriptionListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("4 The official client")
class OfficialClientTest {
  @Test
  @DisplayName("4 appends, reads and subscribes")
  void appends_reads_and_subscribes() throws Exception {
    try (var store = EmbeddedEventStore.builder().projections(false).start()) {
      var client =
          EventStoreDBClient.create(
              EventStoreDBConnectionString.parseOrThrow(store.connectionString()));
      var written =
          client
              .appendToStream(
                  "s-1",
                  AppendToStreamOptions.get().expectedRevision(ExpectedRevision.noStream()),
                  EventData.builderAsBinary("a", new byte[0]).build())
              .get(5, TimeUnit.SECONDS);
      assertThat(written.getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(0));
      var read = client.readStream("s-1", ReadStreamOptions.get()).get(5, TimeUnit.SECONDS);
      assertThat(read.getEvents()).hasSize(1);
      var all = client.readAll(ReadAllOptions.get()).get(5, TimeUnit.SECONDS);
      assertThat(all.getEvents()).hasSize(2);
      BlockingQueue<ResolvedEvent> seen = new LinkedBlockingQueue<>();
      var subscription =
          client
              .subscribeToStream(
                  "s-1",
                  new SubscriptionListener() {
                    @Override
                    public void onEvent(Subscription subscription, ResolvedEvent event) {
                      seen.add(event);
                    }
                  })
              .get(5, TimeUnit.SECONDS);
      client
          .appendToStream("s-1", EventData.builderAsBinary("b", new byte[0]).build())
          .get(5, TimeUnit.SECONDS);
      assertThat(seen.poll(5, TimeUnit.SECONDS).getOriginalEvent().getEventType()).isEqualTo("a");
      assertThat(seen.poll(5, TimeUnit.SECONDS).getOriginalEvent().getEventType()).isEqualTo("b");
      subscription.stop();
      client.shutdown().get(5, TimeUnit.SECONDS);
    }
  }
}
