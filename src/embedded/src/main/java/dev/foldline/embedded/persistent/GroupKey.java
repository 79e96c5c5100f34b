package dev.foldline.embedded.persistent;

import dev.foldline.embedded.log.StreamNames;
import java.util.Objects;

/**
 * What a group is called by.
 *
 * @param stream that it subscribes to, {@code $all} for the whole log
 */
record GroupKey(String stream, String group) {

  GroupKey {
    Objects.requireNonNull(stream);
    Objects.requireNonNull(group);
  }

  boolean isAll() {
    return stream.equals(StreamNames.ALL);
  }

  String subscriptionId() {
    return stream + "::" + group;
  }

  /**
   * A text that names the group, as a protobuf string can hold it: bytes that are not UTF-8 are
   * replaced.
   */
  static String shown(String name) {
    return StreamNames.encode(name).toStringUtf8();
  }

  String checkpointStream() {
    return "$persistentsubscription-" + subscriptionId() + "-checkpoint";
  }

  String parkedStream() {
    return "$persistentsubscription-" + subscriptionId() + "-parked";
  }

  /** A position as clients read and write it: a revision, or a commit and a prepare position. */
  String format(long commit, long prepare) {
    return isAll() ? "C:%d/P:%d".formatted(commit, prepare) : Long.toString(commit);
  }

  /**
   * The position in such a text.
   *
   * @throws NumberFormatException if it is none
   */
  long parse(String position) {
    if (!isAll()) {
      return Long.parseLong(position);
    }
    var end = position.indexOf("/P:");
    if (!position.startsWith("C:") || end < 0) {
      throw new NumberFormatException("Not a position in $all: " + position);
    }
    return Long.parseLong(position.substring(2, end));
  }
}
