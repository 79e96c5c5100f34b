package dev.foldline.bank;

import static java.math.BigInteger.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.TransferredIn;
import dev.foldline.bank.AccountEvent.TransferredOut;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.bank.BankQueries.AllMoney;
import dev.foldline.bank.TransferEvent.Completed;
import dev.foldline.bank.TransferEvent.Failed;
import dev.foldline.bank.TransferEvent.Held;
import dev.foldline.bank.TransferEvent.Rejected;
import dev.foldline.bank.TransferEvent.Released;
import dev.foldline.bank.TransferEvent.Requested;
import dev.foldline.bank.TransferEvent.Stopped;
import dev.foldline.bank.TransferEvent.Taken;
import dev.foldline.core.Progress.State;
import dev.foldline.core.Recorded;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads a log of accounts and transfers, and looks behind each event whether a cent was made, lost
 * or given twice, and whether a deadline came before its time.
 */
final class TransferJudge {

  /** So many of the last events are shown where one is wrong. */
  private static final int SHOWN = 40;

  private final Map<String, Long> balances = new HashMap<>();
  private final Map<String, Transfer> transfers = new TreeMap<>();
  private final Map<String, Instant> deadlines = new HashMap<>();
  private final Map<String, Move> taken = new HashMap<>();
  private final Map<String, Move> given = new HashMap<>();
  private final Map<String, Move> released = new HashMap<>();
  private AllMoney money = new AllMoney(ZERO, ZERO, ZERO, ZERO);
  private Instant latest = Instant.MIN;

  private record Move(String account, long cents) {}

  private TransferJudge() {}

  /** Reads events in the order of the log; those that are of others tell the time. */
  static TransferJudge of(List<Recorded<Object>> log) {
    TransferJudge judge = new TransferJudge();
    for (int i = 0; i < log.size(); i++) {
      try {
        judge.read(log.get(i));
      } catch (AssertionError e) {
        throw new AssertionError(e.getMessage() + "\nat the end of" + lines(log, i + 1), e);
      }
    }
    return judge;
  }

  private static String lines(List<Recorded<Object>> log, int end) {
    return log.subList(Math.max(0, end - SHOWN), end).stream()
        .map(
            each ->
                "%s@%d %s %s".formatted(each.stream(), each.revision(), each.time(), each.event()))
        .collect(Collectors.joining("\n", "\n", ""));
  }

  private void read(Recorded<Object> recorded) {
    latest = recorded.time().isAfter(latest) ? recorded.time() : latest;
    switch (recorded.event()) {
      case AccountEvent event -> read(recorded.id(), event);
      case TransferEvent event -> read(recorded.id(), recorded.time(), event);
      default -> {}
    }
  }

  private void read(String account, AccountEvent event) {
    switch (event) {
      case Opened _, Closed() -> {}
      case Deposited(var cents) -> move(account, cents, 0, cents, 0);
      case Withdrawn(var cents) -> move(account, -cents, 0, 0, cents);
      case TransferredOut(var cents, var transfer) -> {
        Move move = new Move(account, cents);
        assertThat(taken.put(transfer, move)).as("%s is taken twice", transfer).isNull();
        move(account, -cents, cents, 0, 0);
      }
      case TransferredIn(var cents, var transfer) -> {
        Move move = new Move(account, cents);
        assertThat(taken).as("%s is taken", transfer).containsKey(transfer);
        assertThat(given.put(transfer, move)).as("%s is given twice", transfer).isNull();
        move(account, cents, -cents, 0, 0);
      }
    }
  }

  private void move(String account, long balance, long inFlight, long paidIn, long paidOut) {
    money =
        new AllMoney(
            money.balances().add(BigInteger.valueOf(balance)),
            money.inFlight().add(BigInteger.valueOf(inFlight)),
            money.paidIn().add(BigInteger.valueOf(paidIn)),
            money.paidOut().add(BigInteger.valueOf(paidOut)));
    assertThat(balances.merge(account, balance, Math::addExact)).as(account).isNotNegative();
    assertThat(money.balances().add(money.inFlight()))
        .as("%s is whole", money)
        .isEqualTo(money.paidIn().subtract(money.paidOut()));
    assertThat(money.inFlight()).as("in flight").isNotNegative();
  }

  private void read(String transfer, Instant time, TransferEvent event) {
    switch (event) {
      case Requested _ -> deadlines.put(transfer, time.plus(TransferNext.LIMIT));
      case Stopped(_, var code) when code.equals("too-late") ->
          assertThat(latest)
              .as("when %s is too late", transfer)
              .isAfterOrEqualTo(deadlines.get(transfer));
      case Released(var to, var cents) -> released.put(transfer, new Move(to, cents));
      case Stopped _, Taken _, Rejected _, Completed(), Failed _, Held _ -> {}
    }
    Transfer before = transfers.getOrDefault(transfer, Transfer.DECIDER.initial());
    transfers.put(transfer, Transfer.DECIDER.fold(before, List.of(event)));
  }

  /** All the money that there is. */
  AllMoney money() {
    return money;
  }

  Map<String, Transfer> transfers() {
    return transfers;
  }

  /** Those of which this is the state. */
  List<String> transfers(State state) {
    return transfers.entrySet().stream()
        .filter(each -> each.getValue().state() == state)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Nothing is under way any more: what was taken is where its transfer says that it is. */
  void judgeEnd() {
    transfers.forEach(this::judgeEnd);
    assertThat(money.inFlight())
        .as("what is in flight is what is held")
        .isEqualTo(
            transfers.values().stream()
                .filter(transfer -> transfer.state() == State.HELD)
                .map(held -> BigInteger.valueOf(held.request().cents()))
                .reduce(ZERO, BigInteger::add));
  }

  private void judgeEnd(String id, Transfer transfer) {
    Requested asked = transfer.request();
    Move out = new Move(asked.from(), asked.cents());
    Move in = released.getOrDefault(id, new Move(asked.to(), asked.cents()));
    switch (transfer.state()) {
      case PROCESSING -> throw new AssertionError(id + " has not ended: " + transfer);
      case DONE -> {
        assertThat(taken.get(id)).as("taken of %s %s", id, transfer).isEqualTo(out);
        assertThat(given.get(id)).as("given of %s %s", id, transfer).isEqualTo(in);
      }
      case FAILED ->
          assertThat(given.get(id)).as("back of %s %s", id, transfer).isEqualTo(taken.get(id));
      case HELD -> {
        assertThat(transfer.code()).as("why %s is held", id).isPresent();
        assertThat(taken.get(id)).as("taken of %s %s", id, transfer).isEqualTo(out);
        assertThat(given).as("%s is held", id).doesNotContainKey(id);
      }
    }
  }
}
