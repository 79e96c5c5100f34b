package dev.foldline.core.commands;

import java.security.SecureRandom;
import java.util.UUID;

/**
 * What tells this process from others that went on from the same image of its memory, whose random
 * generators are equal to its own.
 */
public final class ProcessImage {

  private static volatile String name = random();

  private ProcessImage() {}

  /** A name that no other process has. */
  static String name() {
    return name;
  }

  /** This process may be one of several that go on from one image. */
  public static void restored() {
    name = random();
  }

  /** By a generator that takes its seed from the operating system now. */
  private static String random() {
    byte[] bytes = new byte[16];
    new SecureRandom(SecureRandom.getSeed(16)).nextBytes(bytes);
    return UUID.nameUUIDFromBytes(bytes).toString();
  }
}
