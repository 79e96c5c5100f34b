package dev.foldline.core;

/**
 * What a command that was done leaves with its caller.
 *
 * @param stream the stream it decided on
 * @param revision the stream's last revision after it; −1 if the stream is still empty
 * @param position the place in the log of the event with that revision; −1 if there is none
 */
public record Receipt(String stream, long revision, long position) {}
