package dev.foldline.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.zip.CRC32;

/**
 * Where a projection keeps what.
 *
 * <p>It is split into a fixed number of partitions by stream. All keys of a partition share one
 * hash tag, so that they are on one node of a cluster and change in one atomic step:
 *
 * <pre>
 * foldline:{name:partition}:documents     hash: stream → revision, blank, JSON
 * foldline:{name:partition}:totals:view   hash: field:h and field:l → halves of the sum
 * foldline:{name:partition}:ranking:view  sorted set: score in 16 digits, member
 * foldline:{name:partition}:scores:view   hash: member → its score in 16 digits
 * </pre>
 *
 * <p>A query of a view that crosses streams merges its partitions.
 */
record Layout(String projection) {

  /** Part of the stored form: another number would look for streams in other partitions. */
  static final int PARTITIONS = 16;

  static int partition(String stream) {
    CRC32 hash = new CRC32();
    hash.update(stream.getBytes(UTF_8));
    return (int) (hash.getValue() % PARTITIONS);
  }

  String documents(int partition) {
    return key(partition, "documents");
  }

  String totals(int partition, String view) {
    return key(partition, "totals:" + view);
  }

  String ranking(int partition, String view) {
    return key(partition, "ranking:" + view);
  }

  String scores(int partition, String view) {
    return key(partition, "scores:" + view);
  }

  private String key(int partition, String kind) {
    return "foldline:{" + projection + ":" + partition + "}:" + kind;
  }

  /** Digits whose order as text is that of the scores, highest first. */
  static String digits(long score) {
    return String.format("%016x", ~(score ^ Long.MIN_VALUE));
  }

  static long score(String digits) {
    return ~Long.parseUnsignedLong(digits, 0, 16, 16) ^ Long.MIN_VALUE;
  }
}
