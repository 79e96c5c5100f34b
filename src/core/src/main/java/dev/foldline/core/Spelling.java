package dev.foldline.core;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** What of a configuration a name was meant to be that is none of it. */
public final class Spelling {

  private Spelling() {}

  /**
   * The name that can be made of a wrong one in the fewest steps: inserting, taking away or
   * replacing one character.
   *
   * @param right at least one
   */
  public static String nearest(String wrong, Collection<String> right) {
    return right.stream()
        .min(
            Comparator.<String>comparingInt(each -> steps(wrong, each))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  /** By the algorithm of Wagner and Fischer, a row at a time. */
  private static int steps(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }

  /** Whether a value comes from the environment, whose variables others set too. */
  public static boolean isOfEnvironment(String configSource) {
    return configSource.startsWith("EnvConfigSource")
        || configSource.startsWith("DotEnvConfigSource");
  }

  /** How an environment variable says a property. */
  public static String asVariable(String property) {
    return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }
}
