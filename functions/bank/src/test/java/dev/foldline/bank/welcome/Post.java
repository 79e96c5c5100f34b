package dev.foldline.bank.welcome;

import dev.foldline.bank.welcome.Welcome.Letter;
import dev.foldline.bank.welcome.Welcome.Posted;
import dev.foldline.core.Performs;

/** The one place that knows the post's API. */
class Post implements Performs<Letter, Posted> {

  private final PostOffice api;

  Post(PostOffice api) {
    this.api = api;
  }

  @Override
  public Posted perform(Letter letter, Attempt attempt) {
    return new Posted(api.send(letter.owner(), attempt.key())); // its idempotency key
  }
}
