package dev.foldline.embedded.projections;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.EventLog.Addition;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.NewEvent;
import dev.foldline.embedded.log.StreamMetadata;
import dev.foldline.embedded.log.StreamNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Which links the system projections write for an event (contract 8). */
final class LinkRules {
  private static final String BY_CATEGORY = "$ce-";
  private static final String BY_TYPE = "$et-";
  private static final String STREAMS = "$streams";
  private static final String METADATA_OUTPUT = "$et-$metadata";
  private static final String DELETED_OUTPUT = "$et-$deleted";
  private static final ObjectMapper JSON = new ObjectMapper();

  private LinkRules() {}

  static List<Addition> links(LogEvent event) {
    boolean metadata = StreamNames.isMetastream(event.stream());
    String stream = metadata ? StreamNames.describedBy(event.stream()) : event.stream();
    if (StreamNames.isSystem(stream) || (event.json() && !isJson(event.data()))) {
      return List.of();
    }
    boolean deletion =
        metadata ? isSoftDeletion(event) : event.revision() == LogEvent.TOMBSTONE_REVISION;
    List<Addition> links = new ArrayList<>();
    int dash = stream.indexOf('-');
    if (dash > 0 && (!metadata || deletion)) {
      links.add(new Addition(BY_CATEGORY + stream.substring(0, dash), byCategory(event, deletion)));
    }
    if (deletion) {
      links.add(new Addition(DELETED_OUTPUT, link(event, stream, true)));
    } else if (metadata) {
      links.add(new Addition(METADATA_OUTPUT, link(event, stream, false)));
    } else if (!event.isLink()) {
      links.add(new Addition(BY_TYPE + event.type(), link(event, stream, false)));
    }
    if (event.revision() == 0) {
      links.add(new Addition(STREAMS, link(event, event.stream(), false)));
    }
    return links;
  }

  /**
   * Since version 4 of EventStoreDB's projections they are not shown what says it is JSON and
   * isn't.
   */
  private static boolean isJson(ByteString data) {
    try (JsonParser parser = JSON.createParser(data.newInput())) {
      return parser.nextToken() != null && parser.skipChildren().nextToken() == null;
    } catch (IOException _) {
      return false;
    }
  }

  private static boolean isSoftDeletion(LogEvent event) {
    return StreamMetadata.parse(event.json(), event.data()).truncateBefore()
        == LogEvent.TOMBSTONE_REVISION;
  }

  private static NewEvent byCategory(LogEvent event, boolean deletion) {
    ObjectNode metadata = metadata(event, deletion, true);
    return event.isLink()
        ? NewEvent.link(event.data(), metadata.toString())
        : NewEvent.link(event.revision(), event.stream(), metadata.toString());
  }

  private static NewEvent link(LogEvent event, String stream, boolean deletion) {
    return NewEvent.link(event.revision(), stream, metadata(event, deletion, false).toString());
  }

  private static ObjectNode metadata(LogEvent event, boolean deletion, boolean withOrigin) {
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    metadata.put("$v", "1:-1:1:4").put("$c", event.position()).put("$p", event.position());
    if (withOrigin) {
      metadata.put("$o", event.stream());
    }
    if (deletion) {
      metadata.put("$deleted", -1);
    }
    metadata.put("$causedBy", event.id().toString());
    JsonNode correlation = field(event.metadata(), "$correlationId");
    if (correlation.isTextual()) {
      metadata.set("$correlationId", correlation);
    }
    return metadata;
  }

  /** Where the event stands that a link was written for; empty if this is no such link. */
  static OptionalLong source(LogEvent event) {
    boolean ours =
        event.stream().startsWith(BY_CATEGORY)
            || event.stream().startsWith(BY_TYPE)
            || event.stream().equals(STREAMS);
    JsonNode position =
        ours && event.isLink()
            ? field(event.metadata(), "$c")
            : JsonNodeFactory.instance.missingNode();
    return position.isIntegralNumber()
        ? OptionalLong.of(position.longValue())
        : OptionalLong.empty();
  }

  private static JsonNode field(ByteString json, String name) {
    if (json.isEmpty() || json.byteAt(0) != '{') {
      return JsonNodeFactory.instance.missingNode();
    }
    try {
      return JSON.readTree(json.newInput()).path(name);
    } catch (JsonProcessingException _) {
      return JsonNodeFactory.instance.missingNode();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
