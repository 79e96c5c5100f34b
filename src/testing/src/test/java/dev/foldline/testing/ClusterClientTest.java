package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ReadStreamOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The official client of a cluster")
class ClusterClientTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String stream = EventStoreServer.unique("s");
  private final StoreCluster cluster = new InProcessCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static EventStoreDBClient client(String connectionString) {
    return EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString));
  }

  private void append(EventStoreDBClient client) throws Exception {
    EventData event = EventData.builderAsJson("happened", "{}".getBytes(UTF_8)).build();
    var _ = client.appendToStream(stream, event).get(20, TimeUnit.SECONDS);
  }

  private static void close(EventStoreDBClient client) throws Exception {
    client.shutdown().get(10, TimeUnit.SECONDS);
  }

  @Test
  void finds_the_leader_and_then_the_next_one() throws Exception {
    EventStoreDBClient client = client(cluster.connectionString());
    append(client);

    cluster.kill(0);
    cluster.elect(1);
    await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> append(client));
    assertThat(
            client
                .readStream(stream, ReadStreamOptions.get())
                .get(20, TimeUnit.SECONDS)
                .getEvents())
        .hasSizeGreaterThan(1);
    close(client);
  }

  @Test
  void finds_the_leader_that_a_follower_names() throws Exception {
    EventStoreDBClient discovers = client(cluster.discover(2));
    append(discovers);
    close(discovers);
  }

  @Test
  void writes_by_way_of_the_follower_that_it_is_given() throws Exception {
    EventStoreDBClient client = client(cluster.connectionString(2) + "&nodePreference=follower");
    append(client);
    close(client);
  }

  @Test
  void is_led_astray_by_a_deposed_leader_until_that_one_is_told() throws Exception {
    cluster.silence(0);
    cluster.elect(1);
    cluster.resume(0);
    EventStoreDBClient misled = client(cluster.discover(0));
    assertThat(misled.appendToStream(stream, EventData.builderAsJson("e", new byte[0]).build()))
        .failsWithin(LIMIT);

    cluster.tellWhoLeads(0);
    await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> append(misled));
    close(misled);
  }
}
