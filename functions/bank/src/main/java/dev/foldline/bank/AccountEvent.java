package dev.foldline.bank;

import dev.foldline.core.EventTypes;
import java.util.Map;

/** What happens to an account. These shapes are stored for ever. */
public sealed interface AccountEvent {

  /** The names they are stored under, for ever too. */
  EventTypes<AccountEvent> TYPES =
      EventTypes.of(
          AccountEvent.class,
          Map.of(
              "account-opened", Opened.class,
              "account-deposited", Deposited.class,
              "account-withdrawn", Withdrawn.class,
              "account-closed", Closed.class));

  record Opened(String owner) implements AccountEvent {}

  record Deposited(long cents) implements AccountEvent {}

  record Withdrawn(long cents) implements AccountEvent {}

  record Closed() implements AccountEvent {}
}
