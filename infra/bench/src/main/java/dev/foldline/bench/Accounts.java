package dev.foldline.bench;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.WriteResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Accounts that have been opened and had deposits, written for one line of a table. */
record Accounts(String prefix, int count) {

  private static final int AT_ONCE = 64;

  /** Writes so many, with so many events each. */
  static Accounts fill(String connectionString, int count, int events) throws Exception {
    Accounts accounts = new Accounts(UUID.randomUUID() + "-", count);
    EventStoreDBClient client =
        EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString));
    Semaphore open = new Semaphore(AT_ONCE);
    List<CompletableFuture<WriteResult>> appends = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<EventData> history = new ArrayList<>();
      history.add(event("account-opened", "{\"owner\":\"Ada\",\"holder\":\"\"}"));
      while (history.size() < events) {
        history.add(event("account-deposited", "{\"cents\":1}"));
      }
      open.acquire();
      appends.add(
          client
              .appendToStream(
                  "account-" + accounts.prefix() + i,
                  AppendToStreamOptions.get(),
                  history.iterator())
              .whenComplete((_, _) -> open.release()));
    }
    CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    client.shutdown().get(10, TimeUnit.SECONDS);
    return accounts;
  }

  private static EventData event(String type, String json) {
    return EventData.builderAsJson(UUID.randomUUID(), type, json.getBytes(StandardCharsets.UTF_8))
        .build();
  }

  /** The name of one of them. */
  String any() {
    return prefix + ThreadLocalRandom.current().nextInt(count);
  }

  /** The name of another one. */
  String otherThan(String account) {
    String other = any();
    while (other.equals(account)) {
      other = any();
    }
    return other;
  }
}
