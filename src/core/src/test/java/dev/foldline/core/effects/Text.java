package dev.foldline.core.effects;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/** Words with commas between them, as bytes. */
final class Text {

  private Text() {}

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static List<String> parts(byte[] bytes) {
    return List.of(new String(bytes, UTF_8).split(",", -1));
  }
}
