package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.bank.AccountCommand.Withdraw;
import dev.foldline.bank.History.Operation;
import dev.foldline.core.Appended;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.eventstoredb.commands.CommandListener;
import dev.foldline.eventstoredb.commands.CommandOptions;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Proves that the check of histories finds out what it is there for. */
@QuarkusTest
@DisplayName("A command handler on two instances")
class BrokenHandlerTest {

  /** What an instance is told to put into the account; negative for what it takes out. */
  private record Call(int instance, long cents) {}

  /** The last one takes out what the other instance has taken before. */
  private static final List<Call> STALE_WITHDRAWAL =
      List.of(new Call(0, 10), new Call(1, -4), new Call(0, -7));

  /** The last one takes out what the other instance has put in before. */
  private static final List<Call> STALE_REFUSAL =
      List.of(new Call(0, 10), new Call(1, 5), new Call(0, -15));

  @Inject EventStore store;
  @Inject EventCodec codec;

  private boolean holds(Streams streams, List<Call> calls) {
    String account = UUID.randomUUID().toString();
    List<CommandHandler> instances = List.of(handler(streams), handler(streams));
    send(instances.getFirst(), new Open(account, "Ada", ""));
    History history = new History();
    for (Call call : calls) {
      AccountCommand command =
          call.cents() > 0
              ? new Deposit(account, call.cents())
              : new Withdraw(account, -call.cents());
      history.record(call.cents(), () -> send(instances.get(call.instance()), command));
    }
    return history.isLinearizable(0, 0);
  }

  private CommandHandler handler(Streams streams) {
    return new CommandHandler(
        streams,
        codec,
        Snapshots.NONE,
        () -> CommandContext.NONE,
        new CommandOptions(20, 100, 100, 10, 10, 100, Duration.ofDays(1), 0, Set.of()),
        new CommandListener() {});
  }

  private static long send(CommandHandler handler, AccountCommand command) {
    try {
      return handler
          .handle(Account.DECIDER, command)
          .await()
          .atMost(Duration.ofSeconds(20))
          .revision();
    } catch (Refused _) {
      return Operation.REFUSED;
    }
  }

  @Test
  void is_one_account_to_its_callers() {
    assertThat(holds(store.streams(), STALE_WITHDRAWAL)).isTrue();
    assertThat(holds(store.streams(), STALE_REFUSAL)).isTrue();
  }

  @Test
  void is_found_out_where_it_expects_no_revision() {
    Streams any =
        new Seam(store.streams()) {
          @Override
          public CompletionStage<Appended> append(
              String stream, long expected, List<StoredEvent> events) {
            return store.append(stream, events).subscribeAsCompletionStage();
          }
        };

    assertThat(holds(any, STALE_WITHDRAWAL)).isFalse();
  }

  @Test
  void is_found_out_where_it_refuses_on_a_stale_state() {
    Streams blind =
        new Seam(store.streams()) {
          @Override
          public CompletionStage<List<Recorded<StoredEvent>>> read(
              String stream, long from, int limit) {
            return super.read(stream, from, from > 0 ? 1 : limit);
          }
        };

    assertThat(holds(blind, STALE_REFUSAL)).isFalse();
  }

  /** Where the handler meets its store, for a test to break. */
  private static class Seam implements Streams {

    private final Streams store;

    Seam(Streams store) {
      this.store = store;
    }

    @Override
    public CompletionStage<Appended> append(
        String stream, long expected, List<StoredEvent> events) {
      return store.append(stream, expected, events);
    }

    @Override
    public CompletionStage<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
      return store.read(stream, from, limit);
    }

    @Override
    public CompletionStage<List<Recorded<StoredEvent>>> last(
        String stream, int limit, LongConsumer end) {
      return store.last(stream, limit, end);
    }
  }
}
