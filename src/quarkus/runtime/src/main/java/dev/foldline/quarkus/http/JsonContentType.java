package dev.foldline.quarkus.http;

import io.netty.handler.codec.http.HttpUtil;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether a Content-Type says JSON in UTF-8: RFC 9110, 8.3.1, and RFC 6839, 3.1. */
final class JsonContentType {

  private static final Pattern JSON =
      Pattern.compile("application/(?:[!#$%&'*+.^_`|~0-9A-Z-]+[+])?json", Pattern.CASE_INSENSITIVE);

  private static final Pattern UTF_8 = Pattern.compile("utf-8|\"utf-8\"", Pattern.CASE_INSENSITIVE);

  private JsonContentType() {}

  /**
   * @param values of all headers of this name
   */
  static boolean isIn(List<String> values) {
    if (values.size() != 1) {
      return false;
    }
    @Nullable CharSequence type = HttpUtil.getMimeType(values.getFirst());
    @Nullable CharSequence charset = HttpUtil.getCharsetAsSequence(values.getFirst());
    return type != null
        && JSON.matcher(type.toString().strip()).matches()
        && (charset == null || UTF_8.matcher(charset.toString().strip()).matches());
  }
}
