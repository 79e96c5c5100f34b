package dev.foldline.eventstoredb.commands;

import java.time.Duration;
import java.util.Set;

/**
 * The limits of the command handler.
 *
 * @param attempts how often a command is decided at most, when others keep appending first
 * @param inFlight how many commands may be on their way, whatever their streams
 * @param queue how many commands may wait for one stream
 * @param batch how many commands are appended together at most
 * @param cachedStreams of how many streams the state is kept; 0 for none
 * @param rememberedKeys of how many of a stream's latest commands the idempotency key is known
 * @param keysRememberedFor how long an idempotency key is known
 * @param snapshotEvery after how many events of a stream a snapshot is kept; 0 for none
 * @param withoutSnapshots categories of which none is kept
 */
public record CommandOptions(
    int attempts,
    int inFlight,
    int queue,
    int batch,
    int cachedStreams,
    int rememberedKeys,
    Duration keysRememberedFor,
    int snapshotEvery,
    Set<String> withoutSnapshots) {}
