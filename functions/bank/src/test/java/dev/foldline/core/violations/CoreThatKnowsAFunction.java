package dev.foldline.core.violations;

import com.eventstore.dbclient.EventStoreDBClient;
import dev.foldline.bank.AccountView;

/** What the architecture test must find: the core knows a function, and the client. */
public record CoreThatKnowsAFunction(AccountView view, EventStoreDBClient client) {}
