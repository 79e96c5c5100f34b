package dev.foldline.bank.violations;

import dev.foldline.bank.AccountCommand;
import dev.foldline.bank.AccountEvent;
import dev.foldline.core.Decider;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What the architecture test must find: a decider that throws dice. */
public final class ImpureDecider {

  static final Decider<AccountCommand, Boolean, AccountEvent> DECIDER =
      new Decider<>(
          AccountEvent.ACCOUNTS,
          AccountCommand::account,
          false,
          (_, _) -> List.of(),
          (_, _) -> ThreadLocalRandom.current().nextBoolean());

  private ImpureDecider() {}
}
