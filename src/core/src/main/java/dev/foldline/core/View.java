package dev.foldline.core;

/**
 * A stream's document as a read model holds it.
 *
 * @param stream the stream it was made from
 * @param revision the revision of the last event in it
 */
public record View<D>(String stream, long revision, D document) {}
