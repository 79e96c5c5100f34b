package dev.foldline.core;

/**
 * A document as a read model holds it.
 *
 * @param key what it is called: the stream that it was made from, or the key that its events name
 * @param version of the document, which rises with every event in it: the revision of the last one;
 *     where events name their document, how many there are in it
 */
public record View<D>(String key, long version, D document) {}
