package dev.foldline.embedded.log;

/** Where an event stands in its stream, and where in the log. */
record Place(long stream, long revision, long position) {}
