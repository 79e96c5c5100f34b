package dev.foldline.embedded.persistent;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.NewEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.log.Snapshot;
import dev.foldline.embedded.log.StreamNames;
import dev.foldline.embedded.log.WriteResult;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** The streams in which a group keeps its checkpoint and its parked events. */
final class GroupStreams {
  private static final String CHECKPOINT_TYPE = "$SubscriptionCheckpoint";
  private static final Logger LOG = Logger.getLogger(GroupStreams.class);
  private static final Pattern REPLAYING_FROM =
      Pattern.compile("\\{\"replayingFrom\":([0-9]{1,18})}");
  private static final int PAGE_BYTES = 4 << 20;

  private final EventLog log;
  private final GroupKey key;

  GroupStreams(EventLog log, GroupKey key) {
    this.log = log;
    this.key = key;
  }

  /** The position of the last checkpoint. */
  CompletableFuture<OptionalLong> checkpoint() {
    return log.read(
        snapshot -> {
          var stream = snapshot.stream(key.checkpointStream());
          var event = snapshot.readable(stream.name(), stream.lastRevision());
          return event == null ? OptionalLong.empty() : position(event);
        });
  }

  /** The position in a checkpoint; none in what a client may have written in its place. */
  private OptionalLong position(LogEvent checkpoint) {
    try {
      return OptionalLong.of(key.parse(checkpoint.data().toStringUtf8().replace("\"", "")));
    } catch (NumberFormatException e) {
      LOG.errorf(
          "Event %d of %s is no checkpoint: %s",
          checkpoint.revision(), checkpoint.stream(), e.getMessage());
      return OptionalLong.empty();
    }
  }

  CompletableFuture<Void> writeCheckpoint(long position) {
    var json = '"' + key.format(position, position) + '"';
    return append(key.checkpointStream(), NewEvent.json(CHECKPOINT_TYPE, json));
  }

  CompletableFuture<Void> park(ResolvedEvent source, String reason, Instant now) {
    var event = source.event() != null ? source.event() : source.original();
    var metadata = JsonNodeFactory.instance.objectNode();
    metadata.put("added", now.toString());
    metadata.put("reason", reason);
    if (event.revision() != 0) {
      metadata.put("subscriptionEventNumber", event.revision());
    }
    return append(
        key.parkedStream(), NewEvent.link(event.revision(), event.stream(), metadata.toString()));
  }

  /**
   * Revisions of the parked stream: the first that was not replayed, and the next to be written.
   */
  record Parked(long from, long until) {
    long count() {
      return until - from;
    }
  }

  CompletableFuture<Parked> parked() {
    return log.read(
        snapshot -> {
          var stream = snapshot.stream(key.parkedStream());
          var until = stream.lastRevision() + 1;
          return new Parked(
              stream.exists() ? Math.min(stream.firstRevision(), until) : until, until);
        });
  }

  /**
   * Entries that were read back.
   *
   * @param events those whose event still exists
   * @param next the revision after the last one read
   */
  record ParkedPage(List<ResolvedEvent> events, long next) {}

  CompletableFuture<ParkedPage> readParked(long from, long until, int count) {
    return log.read(
        snapshot -> {
          var stream = snapshot.stream(key.parkedStream());
          var to = Math.min(until, from + count) - 1;
          var entries = snapshot.streamForwards(stream, from, to, PAGE_BYTES);
          var events =
              entries.stream()
                  .map(snapshot::resolve)
                  .filter(event -> event.event() != null && event.link() != null)
                  .toList();
          return new ParkedPage(
              events, entries.isEmpty() ? until : entries.getLast().revision() + 1);
        });
  }

  /**
   * Leaves what was parked before a revision out of the parked stream, and remembers from where on
   * it is being replayed.
   */
  CompletableFuture<Void> truncateParked(long before, OptionalLong replayingFrom) {
    var metadata = JsonNodeFactory.instance.objectNode().put("$tb", before);
    var acl = metadata.putObject("$acl");
    List.of("$r", "$w", "$d", "$mr", "$mw").forEach(right -> acl.put(right, "$admins"));
    return append(
        StreamNames.metastreamOf(key.parkedStream()),
        new NewEvent(
            UUID.randomUUID(),
            LogEvent.METADATA_TYPE,
            true,
            ByteString.copyFromUtf8(metadata.toString()),
            replayingFrom.isPresent()
                ? ByteString.copyFromUtf8(
                    "{\"replayingFrom\":%d}".formatted(replayingFrom.getAsLong()))
                : ByteString.EMPTY));
  }

  /** Parks again what was being replayed when the store stopped; waits for the log. */
  void recoverReplays() {
    var replaying = log.read(this::replaying).join();
    for (var from = replaying.from(); from < replaying.until(); ) {
      var next = from;
      var entries =
          log.read(
                  snapshot ->
                      snapshot.streamForwards(
                          snapshot.stream(key.parkedStream()),
                          next,
                          replaying.until() - 1,
                          PAGE_BYTES))
              .join();
      var again =
          entries.stream().map(entry -> NewEvent.link(entry.data(), entry.metadata())).toList();
      log.append(key.parkedStream(), ExpectedRevision.ANY, again).join().requireWritten();
      from = entries.getLast().revision() + 1;
    }
    if (replaying.count() > 0) {
      truncateParked(replaying.until(), OptionalLong.empty()).join();
    }
  }

  private Parked replaying(Snapshot snapshot) {
    var metadata = snapshot.lastEvent(StreamNames.metastreamOf(key.parkedStream()));
    var marker = REPLAYING_FROM.matcher(metadata == null ? "" : metadata.metadata().toStringUtf8());
    var stream = snapshot.stream(key.parkedStream());
    return marker.matches() && !stream.tombstoned()
        ? new Parked(
            Long.parseLong(marker.group(1)),
            Math.min(stream.metadata().truncateBefore(), stream.lastRevision() + 1))
        : new Parked(0, 0);
  }

  /** Deletes both streams; their names may be used by a later group. */
  CompletableFuture<Void> delete() {
    return CompletableFuture.allOf(
        log.delete(key.checkpointStream(), ExpectedRevision.ANY),
        log.delete(key.parkedStream(), ExpectedRevision.ANY));
  }

  private CompletableFuture<Void> append(String stream, NewEvent event) {
    return log.append(stream, ExpectedRevision.ANY, List.of(event))
        .thenAccept(WriteResult::requireWritten);
  }
}
