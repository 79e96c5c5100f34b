package dev.foldline.core;

/**
 * Why a command or query was not done, as its caller may know it.
 *
 * <p>Failures are outcomes, not bugs: they carry no stack trace and are no errors in a log.
 */
public abstract sealed class Failure extends RuntimeException
    permits Conflict,
        Invalid,
        KeyReused,
        NotFound,
        OutcomeUnknown,
        PreconditionFailed,
        Refused,
        Truncated,
        Unavailable,
        UnknownEvent {

  private static final long serialVersionUID = 1;

  private final String code;

  Failure(String code, String detail) {
    super(detail, null, false, false);
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
