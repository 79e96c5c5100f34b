package dev.foldline.core.commands;

/** A command that is to be decided, with what its caller says beside it. */
public record Asked<C>(C command, CommandContext context, CommandIdentity identity) {}
