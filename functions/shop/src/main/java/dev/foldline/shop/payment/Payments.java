package dev.foldline.shop.payment;

import dev.foldline.core.Activity;

/** What the payment provider is asked for. Money is whole cents. */
public final class Payments {

  /** Refused where the provider declines it. */
  public static final Activity<Authorise, Authorised> AUTHORISE =
      Activity.of("authorise", Authorise.class, Authorised.class);

  /** Takes what was authorised, once. */
  public static final Activity<Capture, Done> CAPTURE =
      Activity.of("capture", Capture.class, Done.class);

  /** Ends an authorisation, also before it is there. */
  public static final Activity<VoidAuthorisation, Done> VOID =
      Activity.of("void", VoidAuthorisation.class, Done.class);

  /** Gives back what was captured, and lets it be captured no more. */
  public static final Activity<Refund, Done> REFUND =
      Activity.of("refund", Refund.class, Done.class);

  /** An amount is to be held ready. */
  public record Authorise(String order, String currency, long cents) {}

  /**
   * An amount is held ready.
   *
   * @param authorisation by which it is captured
   */
  public record Authorised(String authorisation) {}

  /** An amount is to be taken. */
  public record Capture(String authorisation, long cents) {}

  /** An authorisation is to end, by the key under which it was asked for. */
  public record VoidAuthorisation(String order) {}

  /** A capture is to be given back, by the key under which it was asked for. */
  public record Refund(String order) {}

  /**
   * It took place.
   *
   * @param number by which the provider knows it
   */
  public record Done(String number) {}

  private Payments() {}
}
