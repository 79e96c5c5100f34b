package dev.foldline.core;

/**
 * What a command that was done leaves with its caller.
 *
 * @param stream the stream it decided on
 * @param revision the stream's last revision after it; −1 if the stream is still empty
 * @param replayed whether the command was found done, and this is the receipt of then; not where
 *     the store itself took its append for the one that had been done
 */
public record Receipt(String stream, long revision, boolean replayed) {}
