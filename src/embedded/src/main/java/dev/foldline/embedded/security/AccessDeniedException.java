package dev.foldline.embedded.security;

/** The caller may not do this. */
public final class AccessDeniedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  AccessDeniedException() {
    super("Access denied");
  }
}
