package dev.foldline.bank;

/** What may be asked of an account. */
public sealed interface AccountCommand {

  String account();

  record Open(@AccountId String account, @Owner String owner) implements AccountCommand {}

  record Deposit(@AccountId String account, @Cents long cents) implements AccountCommand {}

  record Withdraw(@AccountId String account, @Cents long cents) implements AccountCommand {}

  record Close(@AccountId String account) implements AccountCommand {}
}
