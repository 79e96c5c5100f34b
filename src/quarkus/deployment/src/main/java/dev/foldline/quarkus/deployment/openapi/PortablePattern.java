package dev.foldline.quarkus.deployment.openapi;

import jakarta.validation.constraints.Pattern.Flag;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what all of a text must match as a pattern of JSON Schema, which is one of ECMA-262 that is
 * looked for anywhere.
 */
final class PortablePattern {

  private static final String DOT_ALL = "(?s)";
  private static final String SYNTAX = "^$\\.*+?()[]{}|/-";

  /** What both know: an escape, a group, or anything of one character. */
  private static final Pattern PART =
      Pattern.compile(
          "\\\\(?:[dDwWstnrf]|[^\\p{Alnum}]|u\\p{XDigit}{4}|x\\p{XDigit}{2}|[pP]\\{[CLMNPSZ][a-z]?\\})"
              + "|\\(\\?(?:[:=!]|<[=!])|\\((?!\\?)|[^\\\\(]",
          Pattern.DOTALL);

  private PortablePattern() {}

  /** None where it can't be said so that it means the same. */
  static Optional<String> of(String regexp, List<Flag> flags) {
    boolean dotAll = flags.contains(Flag.DOTALL) || regexp.startsWith(DOT_ALL);
    String rest = regexp.startsWith(DOT_ALL) ? regexp.substring(DOT_ALL.length()) : regexp;
    if (!List.of(Flag.DOTALL).containsAll(flags)) {
      return Optional.empty();
    }
    StringBuilder portable = new StringBuilder("^(?:");
    boolean inClass = false;
    String before = "";
    Matcher parts = PART.matcher(rest);
    for (int at = 0; at < rest.length(); at = parts.end()) {
      if (!parts.region(at, rest.length()).lookingAt()) {
        return Optional.empty();
      }
      String part = parts.group();
      boolean isUnion = inClass && part.equals("[");
      boolean isIntersection = inClass && part.equals("&") && before.equals("&");
      boolean isPossessive = !inClass && part.equals("+") && "*+?}".contains(before);
      if (isUnion || isIntersection || (isPossessive && !before.isEmpty())) {
        return Optional.empty();
      }
      portable.append(portable(part, inClass, dotAll));
      inClass = part.equals("[") || (inClass && !part.equals("]"));
      before = part;
    }
    return Optional.of(portable.append(")$").toString());
  }

  private static String portable(String part, boolean inClass, boolean dotAll) {
    return switch (part) {
      case "\\s" -> inClass ? "\\t-\\r " : "[\\t-\\r ]";
      case "." -> inClass || !dotAll ? part : "[\\s\\S]";
      default ->
          part.length() == 2 && part.startsWith("\\") && isNeedlesslyEscaped(part.charAt(1))
              ? part.substring(1)
              : part;
    };
  }

  private static boolean isNeedlesslyEscaped(char it) {
    return !Character.isLetterOrDigit(it) && SYNTAX.indexOf(it) < 0;
  }
}
