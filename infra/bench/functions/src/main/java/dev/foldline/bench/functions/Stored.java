package dev.foldline.bench.functions;

import dev.foldline.bank.AccountEvent;
import dev.foldline.core.EventTypes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The bank's events without its read models. */
class Stored {

  @Produces
  @Singleton
  EventTypes<AccountEvent> events() {
    return AccountEvent.TYPES;
  }
}
