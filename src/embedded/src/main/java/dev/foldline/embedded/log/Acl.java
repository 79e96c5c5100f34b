package dev.foldline.embedded.log;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A stream's access list: who may do what, by user or group name; null where a key is not set. */
public record Acl(
    @Nullable List<String> read,
    @Nullable List<String> write,
    @Nullable List<String> delete,
    @Nullable List<String> metaRead,
    @Nullable List<String> metaWrite) {
  public static final Acl NONE = new Acl(null, null, null, null, null);

  /** Reads the JSON object that a parser stands at. */
  static Acl parse(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new IOException("an access list is not an object");
    }
    Map<String, List<String>> lists = new HashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      lists.put(key, names(parser));
    }
    return new Acl(
        lists.get("$r"), lists.get("$w"), lists.get("$d"), lists.get("$mr"), lists.get("$mw"));
  }

  private static List<String> names(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return List.of(parser.getText());
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new IOException("neither a name nor a list of names");
    }
    List<String> names = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw new IOException("not a name");
      }
      names.add(parser.getText());
    }
    return List.copyOf(names);
  }
}
