package dev.foldline.embedded.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a metadata event that mean something to the store; 0 where one is not set.
 *
 * <p>A value of a wrong type voids all of them, as on a real server (contract 3.6).
 *
 * @param size of the metadata event, in bytes
 */
public record StreamMetadata(
    long maxAgeSeconds, long maxCount, long truncateBefore, Acl acl, int size) {
  public static final StreamMetadata NONE = new StreamMetadata(0, 0, 0, Acl.NONE, 0);

  /** What every metastream has, whatever is written about it. */
  static final StreamMetadata OF_METASTREAM = new StreamMetadata(0, 1, 0, Acl.NONE, 0);

  static final String SOFT_DELETED = "{\"$tb\":" + LogEvent.TOMBSTONE_REVISION + "}";

  static final ObjectMapper JSON =
      new ObjectMapper(JsonFactory.builder().enable(JsonReadFeature.ALLOW_TRAILING_COMMA).build());

  /** Reads the data of a metadata event; whatever is no valid metadata means nothing. */
  public static StreamMetadata parse(boolean json, ByteString data) {
    if (!json) {
      return NONE;
    }
    try (JsonParser parser = JSON.createParser(data.newInput())) {
      return parser.nextToken() == JsonToken.START_OBJECT ? parse(parser, data.size()) : NONE;
    } catch (IOException _) {
      return NONE;
    }
  }

  /** The metadata with {@code $tb} set, other keys kept; null if it is not a JSON object. */
  static @Nullable ByteString withTruncateBefore(boolean json, ByteString data, long revision) {
    if (!json) {
      return null;
    }
    try (JsonParser parser = JSON.createParser(data.newInput())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      ObjectNode object = JSON.readTree(parser);
      return ByteString.copyFrom(JSON.writeValueAsBytes(object.put("$tb", revision)));
    } catch (IOException _) {
      return null;
    }
  }

  private static StreamMetadata parse(JsonParser parser, int size) throws IOException {
    Map<String, Long> numbers = new HashMap<>();
    Acl acl = Acl.NONE;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "$maxAge", "$maxCount", "$tb", "$cacheControl" -> numbers.put(key, integer(parser));
        case "$tmp" -> {
          if (!parser.currentToken().isBoolean()) {
            throw new IOException("$tmp is not a boolean");
          }
        }
        case "$acl" -> acl = Acl.parse(parser);
        default -> parser.skipChildren();
      }
    }
    return new StreamMetadata(
        positive(numbers, "$maxAge"),
        positive(numbers, "$maxCount"),
        positive(numbers, "$tb"),
        acl,
        size);
  }

  private static long integer(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
        || parser.getNumberType() == NumberType.BIG_INTEGER) {
      throw new IOException("not a 64-bit integer");
    }
    return parser.getLongValue();
  }

  private static long positive(Map<String, Long> numbers, String key) {
    return Math.max(numbers.getOrDefault(key, 0L), 0);
  }
}
