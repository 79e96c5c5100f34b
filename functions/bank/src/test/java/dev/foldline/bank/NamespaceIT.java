package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.SubscriptionInfo;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import dev.foldline.bank.BankClient.Answer;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.StoreRequests;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Two applications on one event store and one Redis")
class NamespaceIT {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Map<String, String> TILL =
      Map.of("foldline.namespace", "till", "foldline.application", "org.acme:till");

  @TempDir Path data;

  private Neighbours neighbours;

  @BeforeEach
  void start() {
    neighbours = new Neighbours(data);
  }

  @AfterEach
  void stop() {
    neighbours.close();
  }

  private Map<String, String> with(Map<String, String> more) {
    Map<String, String> all = BankProcess.inProduction(neighbours.properties());
    all.putAll(more);
    return all;
  }

  @Test
  void each_sees_every_event_and_keeps_its_own_read_models() throws Exception {
    try (BankProcess bank = BankProcess.start(with(Map.of()));
        BankProcess till = BankProcess.start(with(TILL))) {
      bank.client().open("a-1");
      bank.client().deposit("a-1", 100);
      till.client().deposit("a-1", 50);

      for (BankProcess each : List.of(bank, till)) {
        await().atMost(LIMIT).until(() -> balance(each) == 150);
        await().atMost(LIMIT).until(() -> applied(each) == 3);
      }
      assertThat(namespacesInRedis()).containsExactly("bank", "till");
      assertThat(groups())
          .containsExactly(
              "bank:account-view-v1",
              "bank:bank-view-v1",
              "bank:closed-accounts",
              "bank:money-v1",
              "bank:process-transfer",
              "bank:reaction-transfer-next",
              "till:account-view-v1",
              "till:bank-view-v1",
              "till:closed-accounts",
              "till:money-v1",
              "till:process-transfer",
              "till:reaction-transfer-next");
    }
  }

  @Test
  void neither_starts_where_the_other_is() throws Exception {
    BankProcess.start(with(Map.of())).close();
    BankProcess.start(with(TILL)).close();

    ends(
        Map.of("foldline.application", "org.acme:till"),
        "foldline.namespace: 'bank'",
        "dev.foldline:foldline-bank",
        "org.acme:till");
    ends(
        Map.of("foldline.namespace", "counter"),
        "dev.foldline:foldline-bank has the namespace 'bank'",
        "Say foldline.namespace=bank");
  }

  @Test
  void while_the_store_is_away_neither_is_taken_for_the_other() throws Exception {
    BankProcess.start(with(Map.of())).close();
    neighbours.stopStore();

    try (BankProcess bank = BankProcess.launch(with(Map.of()));
        BankProcess impostor =
            BankProcess.launch(with(Map.of("foldline.application", "org.acme:till")))) {
      for (BankProcess each : List.of(bank, impostor)) {
        await()
            .atMost(LIMIT)
            .ignoreException(UncheckedIOException.class)
            .until(() -> each.client().get("q/health/ready").status() == 503);
        assertThat(each.client().deposit("a-1", 100).status()).isEqualTo(503);
      }
      neighbours.startStore();

      assertThat(impostor.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(impostor.process().exitValue()).isNotZero();
      await().atMost(LIMIT).until(() -> bank.client().open("a-1").status() == 200);
      await().atMost(LIMIT).until(() -> balance(bank) == 0);
      assertThat(namespacesInRedis()).containsExactly("bank");
    }
  }

  private void ends(Map<String, String> properties, String... says) throws Exception {
    try (BankProcess other = BankProcess.launch(with(properties))) {
      assertThat(other.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(other.process().exitValue()).isNotZero();
      assertThat(other.output().lines())
          .filteredOn(line -> List.of(says).stream().allMatch(line::contains))
          .hasSize(1);
      assertThat(other.output()).doesNotContain("\tat ");
    }
  }

  private static long balance(BankProcess bank) {
    Answer account = bank.client().account("a-1");
    return account.body().path("balance").asLong(-1);
  }

  private static long applied(BankProcess bank) {
    return Pattern.compile(
            "foldline_projection_applied_total\\{projection=\"account-view\"\\} ([0-9]+)")
        .matcher(bank.client().get("q/metrics").response().body())
        .results()
        .map(found -> Long.parseLong(found.group(1)))
        .findFirst()
        .orElse(-1L);
  }

  /** What every key begins with, but the number of its form. */
  private Set<String> namespacesInRedis() {
    Vertx vertx = Vertx.vertx();
    Redis redis = Redis.createClient(vertx, neighbours.redisUrl());
    try {
      return redis
          .send(Request.cmd(Command.KEYS).arg("*"))
          .await()
          .atMost(LIMIT)
          .getDelegate()
          .stream()
          .map(Response::toString)
          .map(key -> Pattern.compile("^foldline:1:([^:{]*):").matcher(key).results())
          .map(found -> found.map(match -> match.group(1)).collect(Collectors.joining()))
          .collect(Collectors.toCollection(TreeSet::new));
    } finally {
      redis.close();
      vertx.closeAndAwait();
    }
  }

  private Set<String> groups() {
    try (EventStore store = new EventStore(neighbours.connectionString(), LIMIT)) {
      return store
          .call(PersistentSubscriptionsGrpc.getListMethod(), StoreRequests.groups())
          .await()
          .atMost(LIMIT)
          .getSubscriptionsList()
          .stream()
          .map(SubscriptionInfo::getGroupName)
          .map(BankProcess::withoutShape)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
