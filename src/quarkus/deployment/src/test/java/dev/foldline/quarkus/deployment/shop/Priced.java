package dev.foldline.quarkus.deployment.shop;

/** What something costs, for more than one kind of thing. */
interface Priced {

  OrderEvent.Money price();
}
