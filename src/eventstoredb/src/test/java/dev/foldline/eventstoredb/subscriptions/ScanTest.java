package dev.foldline.eventstoredb.subscriptions;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The log, read once, where few of its events are asked for. */
class ScanTest extends StoreFixture {

  private static String ours() {
    return "^" + n + "-";
  }

  private static List<Recorded<StoredEvent>> toEnd(Scan scan) throws InterruptedException {
    List<Recorded<StoredEvent>> events = new ArrayList<>();
    while (!scan.ended()) {
      events.addAll(scan.next(100));
    }
    return events;
  }

  @Test
  void reads_up_to_the_end() throws Exception {
    server.append(n + "-1", 0, 250);
    try (Scan scan = new Scan(server.store(), ours(), -1)) {
      List<Recorded<StoredEvent>> events = toEnd(scan);
      assertThat(events).hasSize(250);
      assertThat(scan.position()).isGreaterThanOrEqualTo(events.getLast().position());
      assertThat(scan.next(100)).isEmpty();
    }
  }

  @Test
  void comes_past_the_events_of_others_and_goes_on_from_there() throws Exception {
    server.append(n + "-1", 0, 1);
    server.append("other-1", 0, 1_000);
    server.append(n + "-1", 1, 1);
    long reached;
    try (Scan scan = new Scan(server.store(), ours(), -1)) {
      int found = 0;
      while (found == 0) {
        found = scan.next(1).size();
      }
      long first = scan.position();
      while (scan.position() == first) {
        assertThat(scan.next(1)).isEmpty();
      }
      reached = scan.position();
    }
    try (Scan scan = new Scan(server.store(), ours(), reached)) {
      assertThat(toEnd(scan)).extracting(Recorded::revision).containsExactly(1L);
      assertThat(scan.position()).isGreaterThan(reached);
    }
  }

  /** A real server's regular expressions refuse a backslash before what needs none. */
  @ParameterizedTest
  @CsvSource({
    "account-7_b, ^account-7_b$",
    "account-a.b+c@d:~, ^account-a\\.b\\+c@d:~$",
    "account-a b$, ^account-a\\ b\\$$",
  })
  void escapes_only_what_has_a_meaning(String stream, String expression) {
    assertThat(Scan.only(stream)).isEqualTo(expression);
    assertThat(stream).matches(expression);
  }

  @Test
  void of_several_categories_it_matches_their_streams_and_no_others() {
    String filter =
        String.valueOf(Group.ofCategories("g", List.of("a.b", "c+", "ä ö"), 1).filter());

    assertThat(filter).isEqualTo("^(a\\.b|c\\+|ä\\ ö)-");
    assertThat(List.of("a.b-1", "c+-1", "ä ö-1-2")).allMatch(Pattern.compile(filter).asPredicate());
    assertThat(List.of("axb-1", "cc-1", "c-1", "ä ö", "xa.b-1"))
        .noneMatch(Pattern.compile(filter).asPredicate());
    assertThat(Group.ofCategories("g", List.of("a.bü"), 1).filter()).isEqualTo("^a\\.bü-");
  }
}
