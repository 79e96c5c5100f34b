package dev.foldline.bench.functions;

import dev.foldline.core.Stored;

/** A standing order has fallen due: so much is to be put into an account. */
@Stored("order-due")
public record OrderDue(String account, long cents) {}
