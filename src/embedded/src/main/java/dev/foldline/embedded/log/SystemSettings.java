package dev.foldline.embedded.log;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import java.io.IOException;

/**
 * What the last event of {@code $settings} says: the access lists of streams that have none of
 * their own, as EventStoreDB's documentation of the default ACL describes them.
 */
public record SystemSettings(Acl userStreams, Acl systemStreams) {
  private static final String STREAM = "$settings";
  private static final SystemSettings NONE = new SystemSettings(Acl.NONE, Acl.NONE);

  /** As they are now. */
  public static SystemSettings of(Snapshot snapshot) {
    LogEvent last = snapshot.readable(STREAM, snapshot.stream(STREAM).lastRevision());
    return last == null ? NONE : parse(last.json(), last.data());
  }

  /** Reads the data of a settings event; whatever is no valid one means nothing. */
  private static SystemSettings parse(boolean json, ByteString data) {
    if (!json) {
      return NONE;
    }
    try (JsonParser parser = StreamMetadata.JSON.createParser(data.newInput())) {
      return parser.nextToken() == JsonToken.START_OBJECT ? parse(parser) : NONE;
    } catch (IOException _) {
      return NONE;
    }
  }

  private static SystemSettings parse(JsonParser parser) throws IOException {
    Acl user = Acl.NONE;
    Acl system = Acl.NONE;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "$userStreamAcl" -> user = Acl.parse(parser);
        case "$systemStreamAcl" -> system = Acl.parse(parser);
        default -> parser.skipChildren();
      }
    }
    return new SystemSettings(user, system);
  }
}
