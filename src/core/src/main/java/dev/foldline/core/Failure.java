package dev.foldline.core;

import org.jspecify.annotations.Nullable;

/**
 * Why a command or query was not done, as its caller may know it.
 *
 * <p>Failures are outcomes, not bugs: they carry no stack trace and are no errors in a log. Code
 * and detail are told to whoever called, so they hold nothing of what is inside; a cause is for the
 * log alone.
 */
public abstract sealed class Failure extends RuntimeException
    permits Conflict,
        Forbidden,
        Invalid,
        KeyReused,
        NotFound,
        OutcomeUnknown,
        PreconditionFailed,
        Refused,
        StepAnswered,
        TooLarge,
        Truncated,
        Unavailable,
        UnknownEvent {

  private static final long serialVersionUID = 1;

  private final String code;

  Failure(String code, String detail) {
    this(code, detail, null);
  }

  Failure(String code, String detail, @Nullable Throwable cause) {
    super(detail, cause, false, false);
    this.code = code;
  }

  /** A stable word for programs, in kebab-case. */
  public String code() {
    return code;
  }

  /** A sentence for people. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
