package dev.foldline.bank;

import dev.foldline.core.EventTypes;
import dev.foldline.core.Projection;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** What the bank gives Foldline: the events it stores and the views it keeps. */
class Bank {

  @Produces
  @Singleton
  EventTypes<AccountEvent> events() {
    return AccountEvent.TYPES;
  }

  @Produces
  @Singleton
  Projection<AccountView, AccountEvent> accountView() {
    return AccountView.PROJECTION;
  }

  @Produces
  @Singleton
  Projection<BankView, AccountEvent> bankView() {
    return BankView.PROJECTION;
  }
}
