package dev.foldline.core.commands;

import dev.foldline.core.StoredEvent;
import java.util.List;

/**
 * What a command leads to.
 *
 * @param events as they will come back from the store
 * @param stored the same as they are written
 */
public record Decided<E>(List<E> events, List<StoredEvent> stored) {}
