package dev.foldline.provider;

/**
 * What became of an authorisation. Money is whole cents.
 *
 * @param authorisation its key
 * @param open what is still held ready
 */
record Charge(
    String authorisation,
    String order,
    String currency,
    long authorised,
    long captured,
    long refunded,
    long open) {

  Charge voided() {
    return new Charge(authorisation, order, currency, authorised, captured, refunded, 0);
  }

  /** Once: nothing of it is held ready any more. */
  Charge captured(long cents) {
    return new Charge(authorisation, order, currency, authorised, cents, refunded, 0);
  }

  Charge refund() {
    return new Charge(authorisation, order, currency, authorised, captured, captured, open);
  }
}
