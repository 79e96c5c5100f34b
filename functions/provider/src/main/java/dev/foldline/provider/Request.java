package dev.foldline.provider;

/** What the provider is asked for. Money is whole cents. */
sealed interface Request {

  /** An amount is to be held ready. */
  record Authorise(String order, String currency, long cents) implements Request {}

  /** What is held ready is to be taken, once. */
  record Capture(String authorisation, long cents) implements Request {}

  /**
   * An authorisation is to end.
   *
   * @param undoes the key of it, whether or not it is there yet
   */
  record VoidAuthorisation(String undoes) implements Request {}

  /**
   * What was captured is to be given back.
   *
   * @param undoes the key of the capture, whether or not it is there yet
   */
  record Refund(String undoes) implements Request {}
}
