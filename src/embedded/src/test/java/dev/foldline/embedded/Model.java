package dev.foldline.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the contract (2.4 to 2.7, 3.3, 3.4, 3.6, 5) says of one stream, its metastream and the log,
 * in plain lists and in the words of {@link Wire}. Many streams share a log.
 */
final class Model {
  static final long MAX = Long.MAX_VALUE;
  static final String DELETED = "FAILED_PRECONDITION stream-deleted";

  /** One write; what it expects is as {@link Wire} takes it. */
  sealed interface Step {
    record Append(int stream, Object expected, List<String> ids, boolean batch) implements Step {}

    record WriteMetadata(int stream, Object expected, Metadata metadata) implements Step {}

    record Delete(int stream, Object expected) implements Step {}

    record Tombstone(int stream, Object expected) implements Step {}

    int stream();
  }

  /** Metadata of which a number below 0 is not set. */
  record Metadata(Kind kind, long truncateBefore, long maxCount) {
    enum Kind {
      PLAIN(""),
      /** Longer than any test. */
      AGED("\"$maxAge\":1000000000"),
      /** One system value of a wrong type voids all of them. */
      VOID("\"$cacheControl\":\"soon\""),
      LIST("1");

      private final String content;

      Kind(String content) {
        this.content = content;
      }
    }

    String json() {
      List<String> values = new ArrayList<>();
      if (!kind.content.isEmpty()) {
        values.add(kind.content);
      }
      if (kind == Kind.LIST) {
        return values.toString();
      }
      if (truncateBefore >= 0) {
        values.add("\"$tb\":" + truncateBefore);
      }
      if (maxCount >= 0) {
        values.add("\"$maxCount\":" + maxCount);
      }
      return "{" + String.join(",", values) + "}";
    }

    private boolean isVoid() {
      return kind == Kind.VOID || kind == Kind.LIST;
    }

    private boolean deletes() {
      return !isVoid() && truncateBefore == MAX;
    }

    private Metadata from(long revision) {
      return new Metadata(kind, revision, maxCount);
    }

    private long first(long last) {
      return isVoid() ? 0 : Math.max(truncateBefore, maxCount > 0 ? last - maxCount + 1 : 0);
    }
  }

  private static final Metadata NONE = new Metadata(Metadata.Kind.PLAIN, -1, -1);

  private final String stream;

  /** Everything that was written, as a reader of {@code $all} sees it. */
  private final List<String> log;

  private final List<String> ids = new ArrayList<>();
  private final List<Metadata> metadata = new ArrayList<>();
  private boolean tombstoned;

  Model(String stream, List<String> log) {
    this.stream = stream;
    this.log = log;
  }

  String stream() {
    return stream;
  }

  /** What a write must answer, having done it. */
  String apply(Step step) {
    return switch (step) {
      case Step.Append append -> append(append.expected(), append.ids());
      case Step.WriteMetadata write -> writeMetadata(write.expected(), write.metadata());
      case Step.Delete delete -> delete(delete.expected());
      case Step.Tombstone tombstone -> tombstone(tombstone.expected());
    };
  }

  /** The revision of the last event, −1 if there is none. */
  long last() {
    return ids.size() - 1L;
  }

  /** What a read forwards must find. */
  List<String> forwards(long from, long count) {
    return exists() ? texts(readable().filter(revision -> revision >= from), count) : missing();
  }

  List<String> backwards(long from, long count) {
    IntStream highestFirst =
        readable().map(revision -> -revision).sorted().map(revision -> -revision);
    return exists() ? texts(highestFirst.filter(revision -> revision <= from), count) : missing();
  }

  /** What a read of the metastream must find: its last event. */
  List<String> readMetadata() {
    if (tombstoned || metadata.isEmpty()) {
      return missing();
    }
    return List.of(metadataEvent(metadata.size() - 1));
  }

  private List<String> missing() {
    return List.of(tombstoned ? DELETED : "not found");
  }

  private List<String> texts(IntStream revisions, long count) {
    return revisions.mapToObj(this::event).limit(count).toList();
  }

  private IntStream readable() {
    return IntStream.range(0, ids.size()).filter(this::isReadable);
  }

  private boolean isReadable(long revision) {
    return exists() && revision >= current().first(last());
  }

  private boolean exists() {
    return !tombstoned && !ids.isEmpty() && !softDeleted();
  }

  private String event(long revision) {
    return "%d@%s %s".formatted(revision, stream, ids.get((int) revision));
  }

  private String metadataEvent(long revision) {
    return "%d@$$%s $metadata".formatted(revision, stream);
  }

  private Metadata current() {
    return metadata.isEmpty() ? NONE : metadata.getLast();
  }

  private boolean softDeleted() {
    return current().deletes();
  }

  private String append(Object expected, List<String> events) {
    if (tombstoned || (softDeleted() && expected.equals("stream_exists"))) {
      return DELETED;
    }
    if (expected.equals("stream_exists") && ids.isEmpty() && metadata.isEmpty()) {
      return wrong(last());
    }
    if (expected.equals("any") || expected.equals("stream_exists")) {
      if (events.isEmpty() || !ids.contains(events.getFirst())) {
        return write(events);
      }
      return ids.containsAll(events) ? repeated(ids.indexOf(events.getLast())) : wrong(last());
    }
    if (revision(expected) == last()) {
      return write(events);
    }
    return revision(expected) > last() || events.isEmpty()
        ? wrong(last())
        : repeat((int) revision(expected) + 1, events);
  }

  private String repeat(int from, List<String> events) {
    List<String> stored = ids.subList(from, Math.min(from + events.size(), ids.size()));
    if (stored.equals(events)) {
      return repeated(from + events.size() - 1L);
    }
    boolean begins = !stored.getFirst().equals(events.getFirst());
    return begins && from == 0 && softDeleted() ? write(events) : wrong(last());
  }

  private String repeated(long revision) {
    return ok(revision, isReadable(revision) ? event(revision) : "no position");
  }

  private String write(List<String> events) {
    long next = last() + 1;
    for (String id : events) {
      ids.add(id);
      log.add(event(last()));
    }
    if (softDeleted()) {
      describe(current().from(next));
    }
    return ok(last(), events.isEmpty() ? "between" : event(last()));
  }

  private void describe(Metadata written) {
    metadata.add(written);
    log.add(metadataEvent(metadata.size() - 1));
  }

  private String writeMetadata(Object expected, Metadata written) {
    long last = metadata.size() - 1L;
    if (tombstoned && metadata.isEmpty()) {
      return DELETED;
    }
    boolean fits =
        expected.equals("any")
            || (expected.equals("stream_exists") ? last >= 0 : revision(expected) == last);
    if (!fits) {
      return wrong(last);
    }
    boolean undeletes = softDeleted() && !tombstoned && written.kind() != Metadata.Kind.LIST;
    describe(written);
    if (undeletes) {
      describe(written.from(last() + 1));
    }
    return ok(last + 1, metadataEvent(last + 1));
  }

  private String delete(Object expected) {
    boolean absent = ids.isEmpty() && metadata.isEmpty() && !tombstoned;
    String answer = absent ? "FAILED_PRECONDITION wrong-expected-version" : deletion(expected);
    if (answer.equals("ok")) {
      describe(NONE.from(MAX));
    }
    return answer;
  }

  private String tombstone(Object expected) {
    String answer = deletion(expected);
    if (answer.equals("ok")) {
      tombstoned = true;
      log.add("MAX@%s $streamDeleted".formatted(stream));
    }
    return answer;
  }

  private String deletion(Object expected) {
    if (tombstoned || (softDeleted() && expected.equals("stream_exists"))) {
      return DELETED;
    }
    boolean present = !ids.isEmpty() && !softDeleted();
    boolean fits =
        switch (expected.toString()) {
          case "any" -> true;
          case "no_stream" -> !present;
          case "stream_exists" -> present || !metadata.isEmpty();
          default -> revision(expected) == last();
        };
    return fits ? "ok" : "FAILED_PRECONDITION wrong-expected-version";
  }

  private static long revision(Object expected) {
    return expected instanceof Number number ? number.longValue() : -1;
  }

  private static String ok(long revision, String where) {
    return "ok " + number(revision) + " " + where;
  }

  private static String wrong(long last) {
    return "wrong " + number(last);
  }

  private static String number(long revision) {
    return revision < 0 ? "no_stream" : Long.toString(revision);
  }
}
