package dev.foldline.core;

/**
 * What a command that was done leaves with its caller.
 *
 * @param stream the stream it decided on
 * @param revision the stream's last revision after it; −1 if the stream is still empty
 * @param position a place in the log of all streams that is not before the event with that
 *     revision, and the same for each repeat; −1 if the stream is still empty, or was deleted since
 *     the command was done
 * @param replayed whether the command was found done, and this is the receipt of then; not where
 *     the store itself took its append for the one that had been done
 */
public record Receipt(String stream, long revision, long position, boolean replayed) {}
