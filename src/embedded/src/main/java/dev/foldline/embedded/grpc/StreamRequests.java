package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.StreamNames;
import dev.foldline.embedded.security.AccessPolicy;
import java.util.concurrent.CompletableFuture;

/** What is the same in the requests of several methods. */
public final class StreamRequests {
  private StreamRequests() {}

  /** The name of a stream; UNKNOWN if it is empty. */
  public static String streamName(boolean present, StreamIdentifier identifier) {
    if (!present || identifier.getStreamName().isEmpty()) {
      throw Errors.unknown("The stream's name is missing");
    }
    return StreamNames.decode(identifier.getStreamName());
  }

  /** Completes if the caller may append to a stream; to some nobody may, which is said last. */
  static CompletableFuture<Void> mayAppend(AccessPolicy policy, String stream) {
    return policy.mayWrite(stream).thenAccept(_ -> requireWritable(stream));
  }

  private static void requireWritable(String stream) {
    if (stream.equals(StreamNames.ALL) || stream.equals("$$")) {
      throw Errors.unknown("No stream can be called " + stream);
    }
  }

  /** An expected revision on the wire, where 2^64−1 is −1. */
  static ExpectedRevision expectedRevision(long revision) {
    if (revision < -1) {
      throw Errors.unknown("The expected revision is out of range");
    }
    return ExpectedRevision.exactly(revision);
  }

  /** A revision to read from, where 2^64−1 is the end. */
  static From from(long revision) {
    if (revision < -1) {
      throw Errors.unknown("The revision is out of range");
    }
    return revision == -1 ? new From.End() : new From.At(revision);
  }

  /**
   * A position to read from, where 2^64−1 is the end. Only commit counts, but prepare can't lie
   * behind it.
   */
  static From position(long commit, long prepare) {
    if (commit < -1 || prepare < -1 || Long.compareUnsigned(prepare, commit) > 0) {
      throw Errors.unknown("The position is out of range");
    }
    return commit == -1 ? new From.End() : new From.At(commit);
  }
}
