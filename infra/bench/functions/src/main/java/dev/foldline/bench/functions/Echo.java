package dev.foldline.bench.functions;

import dev.foldline.bank.AccountCommand.Deposit;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;

/** Returns its input: as fast as a function can be. */
public class Echo {

  @Funq
  public Uni<Deposit> echo(Deposit command) {
    return Uni.createFrom().item(command);
  }
}
