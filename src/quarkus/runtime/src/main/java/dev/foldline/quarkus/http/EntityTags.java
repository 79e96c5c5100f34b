package dev.foldline.quarkus.http;

import dev.foldline.core.Invalid;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The entity tag of a query's answer, and those that its caller has (RFC 9110, 8.8.3 and 13.1.2).
 *
 * <p>An answer that comes from one document has that one's revision as its tag. What comes from
 * more than one query has none, for no one's revision tells whether it is still the same.
 */
final class EntityTags {

  private static final String ANY = "*";

  /** What may follow in a list: a tag, weak or not, or nothing. */
  private static final Pattern ELEMENT =
      Pattern.compile("[ \\t]*(?:(?:W/)?\"([!#-~\\x80-\\xFF]*)\"[ \\t]*)?(?:,|$)");

  private final Set<String> known;
  private int queries;
  private @Nullable String found;

  /**
   * Reads those that the caller has.
   *
   * @param lines the values of {@code If-None-Match}
   * @throws Invalid if they are malformed
   */
  EntityTags(List<String> lines) {
    String list = String.join(",", lines);
    known = list.strip().equals(ANY) ? Set.of(ANY) : tags(list);
    if (known.isEmpty() && !lines.isEmpty()) {
      throw malformed();
    }
  }

  private static Set<String> tags(String list) {
    Set<String> tags = new HashSet<>();
    Matcher element = ELEMENT.matcher(list);
    for (int at = 0; at < list.length(); at = element.end()) {
      if (!element.region(at, list.length()).lookingAt()) {
        throw malformed();
      }
      if (element.group(1) != null) {
        tags.add(element.group(1));
      }
    }
    return tags;
  }

  private static Invalid malformed() {
    return new Invalid(
        CommandHeaders.IF_NONE_MATCH,
        CommandHeaders.IF_NONE_MATCH + " must be * or a list of entity tags such as \"7\"");
  }

  /** The function asks for something. */
  synchronized void asks() {
    queries++;
  }

  /** It has found a document. */
  synchronized void finds(long revision) {
    found = Long.toString(revision);
  }

  /** That of the answer; none if it comes from something else than one document. */
  synchronized Optional<String> answer() {
    return queries == 1
        ? Optional.ofNullable(found).map(tag -> "\"" + tag + "\"")
        : Optional.empty();
  }

  /** Whether the caller names this revision; what {@code *} says is that it has any. */
  boolean name(long revision) {
    return known.contains(Long.toString(revision));
  }

  /** Whether the caller has what is answered. Compared weakly, as RFC 9110 has it. */
  synchronized boolean haveAnswer() {
    return answer().isPresent() && (known.contains(ANY) || known.contains(found));
  }
}
