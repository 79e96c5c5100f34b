package dev.foldline.eventstoredb;

/** A command that is to be decided, with what its caller says beside it. */
record Asked<C>(C command, CommandContext context, CommandIdentity identity) {}
