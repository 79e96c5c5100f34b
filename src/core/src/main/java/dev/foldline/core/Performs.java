package dev.foldline.core;

import java.util.Optional;

/**
 * Has another system do something: the one place that knows it. A bean.
 *
 * @param <I> what it is to do
 * @param <O> what it answers
 */
@FunctionalInterface
public interface Performs<I, O> {

  /**
   * Has it done. It may be called again for what was done already, as an answer can be lost: the
   * attempt's key is the same then, and is to be passed on as the other system's idempotency key.
   *
   * <p>It is called on a virtual thread, which is interrupted after 20 s; that counts as a failure.
   *
   * @return what the other system answered
   * @throws Refused if it is the other system's final no
   * @throws Exception if it is to be tried again
   */
  O perform(I input, Attempt attempt) throws Exception;

  /**
   * One time that it is tried.
   *
   * @param key of the effect: a UUID, the same each time, and no other effect's
   * @param undoes the key of the effect that this one undoes. That one may have taken place though
   *     it was told as failed, and may even be on its way: the other system must take the undoing
   *     before the act too, or be asked by that key first
   */
  record Attempt(String key, Optional<String> undoes) {}
}
