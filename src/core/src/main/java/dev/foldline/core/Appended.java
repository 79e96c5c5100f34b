package dev.foldline.core;

/**
 * Where an append ended.
 *
 * @param revision of its last event
 * @param position of its last event in the log of all streams, −1 where the store took the append
 *     for one that had been done and whose events can't be read any more
 */
public record Appended(long revision, long position) {}
