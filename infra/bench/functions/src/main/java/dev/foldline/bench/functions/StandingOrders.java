package dev.foldline.bench.functions;

import static dev.foldline.core.Effect.send;

import dev.foldline.bank.Account;
import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.core.Category;
import dev.foldline.core.Reaction;
import java.util.List;

/** Sends one command for each event: the deposit that callers ask for over HTTP. */
interface StandingOrders {

  Reaction<OrderDue> PAY =
      Reaction.of(
              "pay",
              Category.of("order", OrderDue.class),
              due ->
                  List.of(
                      send(
                          "deposit",
                          Account.DECIDER,
                          new Deposit(due.event().account(), due.event().cents()))))
          .fromStart();
}
