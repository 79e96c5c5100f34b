package dev.foldline.shop.pages;

import java.util.UUID;

/**
 * A form of a page.
 *
 * @param name of the form
 * @param key under which it is sent, so that what is sent twice is done once
 * @param value what its field holds
 * @param error why it was not done; empty where it was not sent
 */
public record Form(String name, String key, String value, String error) {

  /** One to be filled in. */
  static Form empty(String name) {
    return new Form(name, UUID.randomUUID().toString(), "", "");
  }

  /** The same where it is the one that was not done: under another key, as it is another one. */
  Form unless(String sent, String field, String why) {
    return name.equals(sent) ? new Form(name, key, field, why) : this;
  }

  public boolean failed() {
    return !error.isEmpty();
  }

  /** What its field holds: what was sent in vain, else what there is. */
  public String valueOr(String now) {
    return failed() ? value : now;
  }
}
