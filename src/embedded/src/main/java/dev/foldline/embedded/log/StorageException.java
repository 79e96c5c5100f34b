package dev.foldline.embedded.log;

/** The disk or the database failed; nothing can be said but that. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StorageException(Throwable cause) {
    super("The event log can't be read or written: " + cause.getMessage(), cause);
  }
}
