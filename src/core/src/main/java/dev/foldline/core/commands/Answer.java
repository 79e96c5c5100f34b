package dev.foldline.core.commands;

import dev.foldline.core.Receipt;

/** What the caller of a command is told. */
public sealed interface Answer {

  /** It was done. */
  record Done(Receipt receipt) implements Answer {}

  /** It was not done, or nobody knows. */
  record Failed(Throwable cause) implements Answer {}
}
