package dev.foldline.bank.violations;

import java.util.concurrent.ThreadLocalRandom;

/** What the architecture test must find: a decider that throws dice. */
public final class ImpureDecider {

  private ImpureDecider() {}

  /** Heads or tails. */
  public static boolean decide() {
    return ThreadLocalRandom.current().nextBoolean();
  }
}
