package dev.foldline.shop.pages;

import io.quarkus.qute.TemplateExtension;
import java.util.Locale;

/** What pages call things. */
final class Words {

  private Words() {}

  /** A constant as people read it: {@code taken out}. */
  @TemplateExtension
  static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
