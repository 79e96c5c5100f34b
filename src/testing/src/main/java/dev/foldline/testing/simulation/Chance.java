package dev.foldline.testing.simulation;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Which of several things comes next, and whether one goes wrong. Used by one thread at a time. */
sealed interface Chance {

  /** One of so many, from 0. */
  int pick(int many);

  /** Whether something goes wrong, once in so many times. */
  boolean strikes(int times);

  /** One after another, and nothing goes wrong. */
  record Order() implements Chance {

    @Override
    public int pick(int many) {
      return 0;
    }

    @Override
    public boolean strikes(int times) {
      return false;
    }
  }

  /** Always the same by the same seed. It does not strike for ever. */
  final class Seeded implements Chance {

    private static final int MOST_STRIKES = 40;

    private final RandomGenerator random;
    private int left;

    Seeded(long seed) {
      this.random = new SplittableRandom(seed);
      this.left = random.nextInt(MOST_STRIKES + 1);
    }

    @Override
    public int pick(int many) {
      return random.nextInt(many);
    }

    @Override
    public boolean strikes(int times) {
      boolean strikes = left > 0 && random.nextInt(times) == 0;
      left -= strikes ? 1 : 0;
      return strikes;
    }
  }
}
