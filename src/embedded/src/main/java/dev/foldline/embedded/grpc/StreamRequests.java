package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.google.protobuf.Internal.EnumLite;
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

  /**
   * The expected revision of an Append, a BatchAppend, a Delete or a Tombstone: their options have
   * it in fields of the same numbers.
   *
   * @param field that is set
   * @param revision that it holds if it is a number, where 2^64−1 is −1
   */
  static ExpectedRevision expectedRevision(EnumLite field, long revision) {
    return switch (field.getNumber()) {
      case AppendReq.Options.REVISION_FIELD_NUMBER -> exactly(revision);
      case AppendReq.Options.NO_STREAM_FIELD_NUMBER -> ExpectedRevision.NO_STREAM;
      case AppendReq.Options.ANY_FIELD_NUMBER -> ExpectedRevision.ANY;
      case AppendReq.Options.STREAM_EXISTS_FIELD_NUMBER -> ExpectedRevision.STREAM_EXISTS;
      default -> throw Errors.invalidArgument("The expected revision is missing");
    };
  }

  private static ExpectedRevision exactly(long revision) {
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
