package dev.foldline.shop;

import static java.util.Objects.requireNonNull;

import dev.foldline.core.Performs.Attempt;
import dev.foldline.core.Refused;
import dev.foldline.shop.payment.Payments;
import dev.foldline.shop.payment.Payments.Authorise;
import dev.foldline.shop.payment.Payments.Authorised;
import dev.foldline.shop.payment.Payments.Capture;
import dev.foldline.shop.payment.Payments.Done;
import dev.foldline.testing.simulation.Simulation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The payment provider of a simulation, in memory. */
final class Ledger {

  private static final String DECLINED = "declined";

  private final Map<String, Authorise> authorised = new HashMap<>();
  private final Map<String, Long> captured = new HashMap<>();
  private final Map<String, String> captures = new HashMap<>();
  private final Set<String> undone = new HashSet<>();
  private final Set<String> refunded = new HashSet<>();
  private final Map<String, String> refused = new HashMap<>();
  private final boolean isDeaf;
  private final Set<String> declines;

  /**
   * @param isDeaf whether it answers that it voids, and does not
   * @param declines the orders whose payment it declines
   */
  Ledger(boolean isDeaf, String... declines) {
    this.isDeaf = isDeaf;
    this.declines = Set.of(declines);
  }

  Simulation in(Simulation shop) {
    return shop.performing(Payments.AUTHORISE, this::authorise)
        .performing(Payments.CAPTURE, this::capture)
        .performing(Payments.VOID, (_, attempt) -> undo(attempt))
        .performing(Payments.REFUND, (_, attempt) -> refund(attempt));
  }

  private Authorised authorise(Authorise what, Attempt attempt) {
    String key = attempt.key();
    if (authorised.containsKey(key)) {
      return new Authorised(key);
    }
    refuseAgain(key);
    if (undone.contains(key)) {
      throw refusal(key, "voided");
    }
    if (declines.contains(what.order())) {
      throw refusal(key, DECLINED);
    }
    authorised.put(key, what);
    return new Authorised(key);
  }

  private Done capture(Capture what, Attempt attempt) {
    String key = attempt.key();
    if (captures.containsKey(key)) {
      return new Done(key);
    }
    refuseAgain(key);
    if (undone.contains(key) || undone.contains(what.authorisation())) {
      throw refusal(key, "voided");
    }
    if (captured.containsKey(what.authorisation())
        || what.cents() > requireNonNull(authorised.get(what.authorisation())).cents()) {
      throw new AssertionError("captured twice, or too much: " + what);
    }
    captures.put(key, what.authorisation());
    captured.put(what.authorisation(), what.cents());
    return new Done(key);
  }

  private void refuseAgain(String key) {
    if (refused.containsKey(key)) {
      throw new Refused(refused.get(key));
    }
  }

  private Refused refusal(String key, String code) {
    refused.put(key, code);
    return new Refused(code);
  }

  private Done undo(Attempt attempt) {
    if (!isDeaf) {
      undone.add(attempt.undoes().orElseThrow());
    }
    return new Done(attempt.key());
  }

  private Done refund(Attempt attempt) {
    undone.add(attempt.undoes().orElseThrow());
    if (captures.containsKey(attempt.undoes().orElseThrow())) {
      refunded.add(captures.get(attempt.undoes().orElseThrow()));
    }
    return new Done(attempt.key());
  }

  /** What was taken for an order, and not given back. */
  long taken(String order) {
    return authorised.entrySet().stream()
        .filter(each -> each.getValue().order().equals(order))
        .filter(each -> !refunded.contains(each.getKey()))
        .mapToLong(each -> captured.getOrDefault(each.getKey(), 0L))
        .sum();
  }

  /** Whether something is still held ready of an order. */
  boolean isOpen(String order) {
    return authorised.entrySet().stream()
        .filter(each -> each.getValue().order().equals(order))
        .anyMatch(each -> !undone.contains(each.getKey()) && !captured.containsKey(each.getKey()));
  }
}
