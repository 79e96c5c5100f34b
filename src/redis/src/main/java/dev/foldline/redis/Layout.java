package dev.foldline.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Namespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Where a build of a projection's read models keeps what.
 *
 * <p>Every key of an application begins with its namespace, here {@code bank}. A build is split
 * into a fixed number of partitions by stream; a document that events name is in that of its key.
 * All keys of a partition share one hash tag, so that they are on one node of a cluster and change
 * in one atomic step:
 *
 * <pre>
 * foldline:1:bank:{name:build:partition}:documents     hash: stream → revision and position of its last
 *                                               event, JSON; and, under the empty name, the mark
 *                                               that it is whole, open or closed; and a note of each shared view there;
 *                                               and, of documents that events name: how many events, by
 *                                               stream the revision of the last one, JSON;
 *                                               and a number for each sum of which this is the home
 * foldline:1:bank:{name:build:partition}:totals:view   hash: field:h and field:l → halves of the sum
 * foldline:1:bank:{name:build:partition}:ranking:view  sorted set: entries of a ranking or index, see
 *                                               Entries
 * foldline:1:bank:{name:build:partition}:scores:view   hash: member → its entry without the member
 * foldline:1:bank:{name:build:partition}:sums          hash: sum:h and sum:l → halves of the part
 *                                               that this partition has of a sum, see CarryOver
 * foldline:1:bank:{name:build:partition}:pending       hash: sum whose part here is not carried over
 *                                               → tag of what was added last
 * foldline:1:bank:{name:build:partition}:waiting       there while a query waits for a document
 * foldline:1:bank:{name:build:partition}:checkpoint    history of Redis, blank, position: see Checkpoint
 * </pre>
 *
 * <p>A query of a view that crosses streams merges its partitions. Which builds there are is kept
 * beside them, see {@link Builds}.
 *
 * <p>The 1 is the number of the stored form, which every key of this library has: with another form
 * comes another number. What has none is of builds before the first one, and is not read.
 */
record Layout(Namespace namespace, String projection, String build) {

  /** The name, no stream's, under which the documents of a partition say that they are whole. */
  static final String MARK = "";

  static final String OPEN = "open";
  static final String CLOSED = "closed";

  /** Part of the stored form: another number would look for streams in other partitions. */
  static final int PARTITIONS = 16;

  static int partition(String stream) {
    CRC32 hash = new CRC32();
    hash.update(stream.getBytes(UTF_8));
    return (int) (hash.getValue() % PARTITIONS);
  }

  /** What every key of an application begins with. */
  static String prefix(Namespace namespace) {
    return "foldline:1:" + namespace.name() + ":";
  }

  /** Where it is kept which builds of a projection there are. */
  static String builds(Namespace namespace, String projection) {
    return of(namespace, projection, "builds");
  }

  /** Who is building. */
  static String builder(Namespace namespace, String projection) {
    return of(namespace, projection, "builder");
  }

  /** There while parked events were replayed a moment ago. */
  static String replayer(Namespace namespace, String projection) {
    return of(namespace, projection, "replayer");
  }

  /** Who takes up again what waits of a reaction. */
  static String reaction(Namespace namespace, String reaction) {
    return prefix(namespace) + "reaction:" + reaction;
  }

  /**
   * Of a reaction's timers: {@code due}, a sorted set of reminders by when they are due next;
   * {@code taken}, one of those that are being done, by when they were due first; {@code index}, a
   * hash that is there while the index is; its {@code checkpoint}; who is {@code rebuilding} it;
   * and {@code open:} and a name, a hash of what that does not know to be over yet.
   */
  static String timers(Namespace namespace, String reaction, String kind) {
    return prefix(namespace) + "{timers:" + reaction + "}:" + kind;
  }

  /** The events that could not be applied to a build. */
  static String poisons(Namespace namespace, String projection, String build) {
    return of(namespace, projection, "poisons:" + build);
  }

  /** The views of a projection that cross streams. */
  static String views(Namespace namespace, String projection) {
    return of(namespace, projection, "views");
  }

  /** The same as it was before there was a number. */
  static String unnumberedBuilds(String projection) {
    return "foldline:{" + projection + "}:builds";
  }

  private static String of(Namespace namespace, String projection, String kind) {
    return prefix(namespace) + "{" + projection + "}:" + kind;
  }

  /** Where each part of the build keeps its checkpoint: the partitions, and what is beside them. */
  List<String> checkpoints() {
    List<String> keys = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      keys.add(key(partition, "checkpoint"));
    }
    keys.add(of(namespace, projection, "checkpoint:" + build));
    return keys;
  }

  /** All keys of a partition, given the views that cross streams. */
  List<String> keys(int partition, Collection<String> views) {
    List<String> keys = new ArrayList<>();
    keys.addAll(List.of(documents(partition), sums(partition), pending(partition)));
    for (String view : views) {
      keys.addAll(
          List.of(totals(partition, view), ranking(partition, view), scores(partition, view)));
    }
    return keys;
  }

  /** The name, no stream's, under which the documents note that a shared view is there. */
  String note(int partition, String view) {
    return "\0" + view.substring(key(partition, "").length());
  }

  /** The name, no stream's, under which the documents note that a stream was deleted for good. */
  static String end(String stream) {
    return "\0end:" + stream;
  }

  /** The name, no stream's, of the document that events name. */
  static String document(String key) {
    return "\0key:" + key;
  }

  /** The name, no stream's, under which the home of a sum keeps the number of its last write. */
  static String home(String sum) {
    return "\0sum:" + sum;
  }

  String documents(int partition) {
    return key(partition, "documents");
  }

  String sums(int partition) {
    return key(partition, "sums");
  }

  String pending(int partition) {
    return key(partition, "pending");
  }

  String waiting(int partition) {
    return key(partition, "waiting");
  }

  String totals(int partition, String view) {
    return key(partition, "totals:" + view);
  }

  String ranking(int partition, String view) {
    return key(partition, "ranking:" + view);
  }

  String scores(int partition, String view) {
    return key(partition, "scores:" + view);
  }

  private String key(int partition, String kind) {
    return of(namespace, projection + ":" + build + ":" + partition, kind);
  }
}
