package dev.foldline.core.violations;

import com.eventstore.dbclient.EventStoreDBClient;
import dev.foldline.bank.AccountView;
import dev.foldline.bank.violations.ImpureDecider;
import io.quarkus.runtime.StartupEvent;
import org.eclipse.microprofile.reactive.messaging.Message;

/** What the architecture test must find: the core knows a function, the client and a framework. */
public record CoreThatKnowsAFunction(
    AccountView view,
    EventStoreDBClient client,
    Message<StartupEvent> channel,
    StartupEvent framework,
    ImpureDecider circle) {}
