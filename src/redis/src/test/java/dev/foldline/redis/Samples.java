package dev.foldline.redis;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;

/** What the streams of these tests hold. */
final class Samples {

  @Stored("text")
  record Text(String text) {}

  @Stored("number")
  record Count(long value) {}

  static final Category<Text> TEXTS = Category.of("n", Text.class);

  static final Category<Count> NUMBERS = Category.of("n", Count.class);

  private Samples() {}
}
