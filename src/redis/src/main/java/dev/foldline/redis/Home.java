package dev.foldline.redis;

import dev.foldline.core.Change;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The home of a sum, where its member is in the ranking, on the way from one score to the next. It
 * is written with its score in one step, unless it has another number by then than was read.
 * Belongs to one carrying over; its calls come one at a time.
 */
final class Home implements Documents.Entry {

  private static final BigInteger LOWEST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger HIGHEST = BigInteger.valueOf(Long.MAX_VALUE);

  private final Sum sum;
  private final Map<Integer, Part> parts = new HashMap<>();
  private String number = "";

  Home(String name) {
    this.sum = Sum.named(name);
  }

  /**
   * What a partition has of a sum, which is high * 2^32 + low.
   *
   * @param tag under which the sum is pending there; empty if it is not
   */
  record Part(String high, String low, String tag) {

    private BigInteger amount() {
      return new BigInteger(high).shiftLeft(Integer.SIZE).add(new BigInteger(low));
    }
  }

  /** What the sum is called. */
  String name() {
    return sum.name();
  }

  /** Takes over what Redis has; what is no number counts as none, as it does there. */
  void startFrom(String text) {
    number = text.split("\\D", 2)[0];
  }

  void forgetParts() {
    parts.clear();
  }

  void take(int partition, Part part) {
    parts.put(partition, part);
  }

  /** Whether anything was ever added. */
  boolean hasParts() {
    return !parts.isEmpty();
  }

  /** Whether something was added that is perhaps not carried over. */
  boolean isPending() {
    return !tags().isEmpty();
  }

  /** By partition, the tags of those parts that are pending. */
  Map<Integer, String> tags() {
    Map<Integer, String> tags = new HashMap<>();
    parts.forEach(
        (partition, part) -> {
          if (!part.tag().isEmpty()) {
            tags.put(partition, part.tag());
          }
        });
    return tags;
  }

  private long score() {
    return parts.values().stream()
        .map(Part::amount)
        .reduce(BigInteger.ZERO, BigInteger::add)
        .max(LOWEST)
        .min(HIGHEST)
        .longValueExact();
  }

  @Override
  public String field() {
    return Layout.home(name());
  }

  @Override
  public int partition() {
    return Layout.partition(sum.member());
  }

  @Override
  public String expected() {
    return number;
  }

  /**
   * A number that no other write has: one that counts on comes again where a Redis lost the last
   * ones, and would let pass who read it before.
   */
  @Override
  public String text() {
    return Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE));
  }

  @Override
  public List<Change> changes() {
    return List.of(new Change.Rank(sum.view(), sum.member(), score()));
  }

  @Override
  public String toString() {
    return sum.member() + " in " + sum.view();
  }
}
