package dev.foldline.readmodels;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.stream.IntStream;
import java.util.zip.CRC32;

/** In which partition of a build what is, as it is stored for ever. */
final class Partitions {

  private Partitions() {}

  static long of(String name) {
    CRC32 hash = new CRC32();
    hash.update(name.getBytes(UTF_8));
    return hash.getValue() % 16;
  }

  /** One of the streams with a prefix that are in another partition than a name, from 0 on. */
  static String elsewhere(String prefix, String name, int which) {
    return IntStream.iterate(1, id -> id + 1)
        .mapToObj(id -> prefix + id)
        .filter(stream -> of(stream) != of(name))
        .skip(which)
        .findFirst()
        .orElseThrow();
  }
}
