package dev.foldline.reactions;

import dev.foldline.core.Activity;
import dev.foldline.core.Namespace;
import dev.foldline.core.Performs;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.redis.ReadModels;
import io.vertx.core.Vertx;
import java.util.function.Function;

/**
 * What all reactions of an application use.
 *
 * @param models in whose Redis leases are kept
 * @param application its Maven group, a colon, and its artifact
 * @param clock the event store's
 * @param performers who does an activity
 */
public record Engine(
    Vertx vertx,
    EventStore store,
    EventCodec codec,
    CommandHandler commands,
    ReadModels models,
    Namespace namespace,
    String application,
    StoreClock clock,
    Function<Activity<?, ?>, Performs<?, ?>> performers,
    ReactionTiming timing) {}
