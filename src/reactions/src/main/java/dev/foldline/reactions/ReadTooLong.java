package dev.foldline.reactions;

import dev.foldline.core.Unavailable;

/** A stream was not read back in time. */
final class ReadTooLong extends Unavailable {

  private static final long serialVersionUID = 1;

  ReadTooLong(String stream) {
    super(stream + " was not read back in time");
  }
}
