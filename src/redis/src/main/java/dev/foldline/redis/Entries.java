package dev.foldline.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Invalid;
import dev.foldline.core.Listing;
import dev.foldline.core.Listing.Order;
import dev.foldline.core.Listing.Page;
import dev.foldline.core.Listing.Ranked;
import io.vertx.redis.client.Response;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The entries of rankings and indexes: text that sorts, byte by byte, as they do. Of an index the
 * value, after its length and a colon; then the score in 16 digits, the highest first; then the
 * member.
 *
 * <p>So each value has its entries together, and no value's are those of another, whatever
 * characters are in it. Each partition has its own; a query merges them.
 */
final class Entries {

  private static final int DIGITS = 16;

  /** That of the longest member is shorter. */
  private static final int LONGEST_PLACE = 6_000;

  private static final Pattern PLACE = Pattern.compile("[0-9a-f]{16}(?s:.*)");

  private Entries() {}

  /** What the entries under a value begin with. */
  static String under(String value) {
    return value.length() + ":" + value;
  }

  /** Digits whose order as text is that of the scores, highest first. */
  static String digits(long score) {
    return String.format("%016x", ~(score ^ Long.MIN_VALUE));
  }

  private static long score(String digits) {
    return ~Long.parseUnsignedLong(digits, 0, DIGITS, 16) ^ Long.MIN_VALUE;
  }

  /** Asks one partition for a page; for one entry more, which tells whether another follows. */
  static Command page(String ranking, Listing listing) {
    String first = digits(listing.to());
    String end = behind(digits(listing.from()));
    Optional<String> after = listing.after().map(Entries::place);
    Command range = new Command("ZRANGE").arg(ranking);
    String prefix = prefix(listing);
    switch (listing.order()) {
      case HIGHEST_FIRST -> {
        Optional<String> within = after.filter(place -> place.compareTo(first) >= 0);
        range.arg(within.map(place -> "(" + prefix + place).orElse("[" + prefix + first));
        range.arg("(" + prefix + end).arg("BYLEX");
      }
      case LOWEST_FIRST -> {
        String within = after.filter(place -> place.compareTo(end) < 0).orElse(end);
        range.arg("(" + prefix + within).arg("[" + prefix + first).arg("BYLEX").arg("REV");
      }
    }
    return range.arg("LIMIT").arg("0").arg(Integer.toString(listing.limit() + 1));
  }

  private static String prefix(Listing listing) {
    return listing.value().map(Entries::under).orElse("");
  }

  /** Text that is behind all that begins with these digits, and before all other digits' behind. */
  private static String behind(String digits) {
    int last = DIGITS - 1;
    return digits.substring(0, last) + (char) (digits.charAt(last) + 1);
  }

  /** The page that the partitions' answers make. */
  static Page<Ranked> merge(List<Response> answers, Listing listing) {
    Comparator<byte[]> highestFirst = Arrays::compareUnsigned;
    int prefix = prefix(listing).length();
    List<String> found =
        answers.stream()
            .flatMap(Response::stream)
            .map(Response::toBytes)
            .sorted(listing.order() == Order.HIGHEST_FIRST ? highestFirst : highestFirst.reversed())
            .limit(listing.limit() + 1)
            .map(entry -> new String(entry, UTF_8).substring(prefix))
            .toList();
    List<String> page = found.subList(0, Math.min(found.size(), listing.limit()));
    return new Page<>(
        page.stream().map(each -> new Ranked(each.substring(DIGITS), score(each))).toList(),
        found.size() > page.size() ? Optional.of(told(page.getLast())) : Optional.empty());
  }

  /** A place as callers are told it: the digits and the member. */
  private static String told(String place) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(place.getBytes(UTF_8));
  }

  private static String place(String told) {
    try {
      String place =
          told.length() <= LONGEST_PLACE
              ? new String(Base64.getUrlDecoder().decode(told), UTF_8)
              : "";
      if (PLACE.matcher(place).matches()) {
        return place;
      }
    } catch (IllegalArgumentException _) { // as what is no place
    }
    throw new Invalid("after", "after must be what the page before gave as next");
  }
}
