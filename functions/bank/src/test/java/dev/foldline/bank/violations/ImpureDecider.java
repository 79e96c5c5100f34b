package dev.foldline.bank.violations;

import dev.foldline.bank.AccountCommand;
import dev.foldline.bank.AccountEvent;
import dev.foldline.core.Decider;
import dev.foldline.core.violations.CoreThatKnowsAFunction;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** What the architecture test must find: a decider that throws dice, in a circle. */
public final class ImpureDecider {

  static final Decider<AccountCommand, Boolean, AccountEvent> DECIDER =
      new Decider<>(
          AccountEvent.ACCOUNTS,
          AccountCommand::account,
          false,
          (_, _) -> List.of(),
          (_, _) -> ThreadLocalRandom.current().nextBoolean());

  @Nullable CoreThatKnowsAFunction circle;

  private ImpureDecider() {}
}
