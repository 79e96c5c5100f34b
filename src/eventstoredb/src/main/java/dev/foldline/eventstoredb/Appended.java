package dev.foldline.eventstoredb;

/**
 * Where an append ended.
 *
 * @param revision of its last event
 * @param position of its last event in the log of all streams
 */
public record Appended(long revision, long position) {}
