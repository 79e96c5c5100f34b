package dev.foldline.bench.functions;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.WriteResult;
import com.eventstore.dbclient.WrongExpectedVersionException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Withdrawn;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What people write by hand: reads the whole stream, folds it, appends, and does so again on a
 * conflict.
 */
@Singleton
public class NaiveDeposit {

  private final EventStoreDBClient client;
  private final ObjectMapper json;

  NaiveDeposit(
      @ConfigProperty(name = "foldline.eventstoredb.connection-string") String connectionString,
      ObjectMapper json) {
    this.client =
        EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString));
    this.json = json;
  }

  /** The revision of the deposit. */
  record Done(long revision) {}

  @Funq("naive-deposit")
  public Uni<Done> deposit(Deposit command) {
    String stream = "account-" + command.account();
    return Uni.createFrom()
        .completionStage(() -> client.readStream(stream, ReadStreamOptions.get().forwards()))
        .chain(read -> append(stream, read, command.cents()))
        .map(written -> new Done(written.getNextExpectedRevision().toRawLong()))
        .onFailure(WrongExpectedVersionException.class)
        .recoverWithUni(() -> deposit(command));
  }

  private Uni<WriteResult> append(String stream, ReadResult read, long cents) {
    if (balance(read) > Long.MAX_VALUE - cents) {
      throw new IllegalArgumentException("the balance would be too large");
    }
    EventData event =
        EventData.builderAsJson(UUID.randomUUID(), "account-deposited", write(new Deposited(cents)))
            .build();
    AppendToStreamOptions options =
        AppendToStreamOptions.get().expectedRevision(read.getLastStreamPosition());
    return Uni.createFrom().completionStage(() -> client.appendToStream(stream, options, event));
  }

  private long balance(ReadResult read) {
    long balance = 0;
    for (var resolved : read.getEvents()) {
      RecordedEvent event = resolved.getOriginalEvent();
      switch (event.getEventType()) {
        case "account-deposited" -> balance += read(event, Deposited.class).cents();
        case "account-withdrawn" -> balance -= read(event, Withdrawn.class).cents();
        default -> {
          // moves no money
        }
      }
    }
    return balance;
  }

  private <T> T read(RecordedEvent event, Class<T> type) {
    try {
      return json.readValue(event.getEventData(), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] write(Object event) {
    try {
      return json.writeValueAsBytes(event);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
