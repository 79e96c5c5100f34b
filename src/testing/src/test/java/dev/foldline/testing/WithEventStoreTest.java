package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ReadStreamOptions;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithEventStore
@DisplayName("A test that asks for an event store")
class WithEventStoreTest {

  private static int port;

  @BeforeAll
  static void remember(EventStoreServer store) {
    port = store.port();
  }

  @Test
  void gets_one_that_works(EventStoreServer store) throws Exception {
    EventStoreDBClient client =
        EventStoreDBClient.create(
            EventStoreDBConnectionString.parseOrThrow(store.connectionString()));
    String stream = EventStoreServer.unique("s");
    byte[] data = "{}".getBytes(StandardCharsets.UTF_8);
    var _ =
        client
            .appendToStream(stream, EventData.builderAsJson("happened", data).build())
            .get(10, TimeUnit.SECONDS);

    assertThat(
            client
                .readStream(stream, ReadStreamOptions.get())
                .get(10, TimeUnit.SECONDS)
                .getEvents())
        .hasSize(1);
    client.shutdown().get(10, TimeUnit.SECONDS);
  }

  @Test
  void shares_it_with_its_neighbours(EventStoreServer store) {
    assertThat(store.port()).isEqualTo(port);
  }
}
