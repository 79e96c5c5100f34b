package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Drebuild.events=100000} for longer. */
@DisplayName("With a heap of 64 MB, as its launcher gives it, the bank")
class MemoryIT {

  private static final int EVENTS = Integer.getInteger("rebuild.events", 2_000);
  private static final int EACH = 10;
  private static final int ACCOUNTS = EVENTS / EACH;

  @TempDir Path data;

  @Test
  void builds_its_read_models_from_the_log_and_does_what_it_is_told() throws Exception {
    try (Neighbours neighbours = new Neighbours(data)) {
      fill(neighbours.store().client());

      try (BankProcess bank = BankProcess.start(neighbours.properties())) {
        BankClient client = bank.client();
        JsonNode totals = client.get("bank-totals").body();
        assertThat(totals.path("accounts").asInt()).isEqualTo(ACCOUNTS);
        assertThat(totals.path("balance").asInt()).isEqualTo(ACCOUNTS * (EACH - 1));
        assertThat(client.get("largest-accounts?limit=1000").status()).isEqualTo(200);
        for (int i = 0; i < ACCOUNTS; i++) {
          assertThat(client.deposit("m-" + i, 1).status()).isEqualTo(200);
          assertThat(client.account("m-" + i).status()).isEqualTo(200);
        }
        assertThat(bank.output()).doesNotContain("OutOfMemoryError");
      }
    }
  }

  private static void fill(EventStoreDBClient client) throws Exception {
    Semaphore inFlight = new Semaphore(64);
    List<CompletableFuture<?>> appends = new ArrayList<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      List<EventData> history = new ArrayList<>();
      history.add(event("account-opened", "{\"owner\":\"Ada\",\"holder\":\"\"}"));
      while (history.size() < EACH) {
        history.add(event("account-deposited", "{\"cents\":1}"));
      }
      inFlight.acquire();
      appends.add(
          client
              .appendToStream("account-m-" + i, AppendToStreamOptions.get(), history.iterator())
              .whenComplete((_, _) -> inFlight.release()));
    }
    CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new)).get(2, TimeUnit.MINUTES);
  }

  private static EventData event(String type, String json) {
    return EventData.builderAsJson(UUID.randomUUID(), type, json.getBytes(StandardCharsets.UTF_8))
        .build();
  }
}
