package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.NewEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The events of one append as they arrive, checked one by one and never more than an append may
 * hold.
 */
final class ProposedEvents {
  private static final String JSON = "application/json";

  private final Limits limits;
  private final IngressBudget.Share share;
  private final List<NewEvent> events = new ArrayList<>();
  private int bytes;
  private long taken;

  ProposedEvents(Limits limits, IngressBudget.Share share) {
    this.limits = limits;
    this.share = share;
  }

  void add(
      Shared.UUID id, Map<String, String> metadata, ByteString customMetadata, ByteString data) {
    String type = metadata.get("type");
    String contentType = metadata.get("content-type");
    if (type == null || contentType == null) {
      throw Errors.missingRequiredMetadata();
    }
    @Nullable UUID uuid = Uuids.parse(id);
    if (uuid == null) {
      throw Errors.unknown("An event's id is missing, malformed or zero");
    }
    if (type.isEmpty()) {
      throw Errors.unknown("An event's type is empty");
    }
    NewEvent event = new NewEvent(uuid, type, contentType.equals(JSON), data, customMetadata);
    if (event.size() > limits.maxEventSize()) {
      throw Errors.maximumAppendEventSizeExceeded(uuid, event.size(), limits.maxEventSize());
    }
    bytes += event.size();
    if (bytes > limits.maxAppendSize()) {
      throw Errors.maximumAppendSizeExceeded(limits.maxAppendSize());
    }
    keep(event.footprint());
    events.add(event);
  }

  /** Counts the name of their stream, which is kept as bytes and as text. */
  void keepName(StreamIdentifier stream) {
    keep(2L * stream.getStreamName().size());
  }

  /** Counts what is kept as long as the events are. */
  private void keep(long size) {
    share.take(size);
    taken += size;
  }

  List<NewEvent> events() {
    return events;
  }

  /** Must be called once nothing is waiting for these events any more. */
  void release() {
    share.giveBack(taken);
    taken = 0;
  }
}
