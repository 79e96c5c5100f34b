package dev.foldline.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.provider.Request.Authorise;
import dev.foldline.provider.Request.Capture;
import dev.foldline.provider.Request.Refund;
import dev.foldline.provider.Request.VoidAuthorisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The provider's ledger")
class LedgerTest {

  private static final Authorise FORTY = new Authorise("o-1", "EUR", 40_00);

  @TempDir Path directory;

  private Path file;
  private Ledger ledger;

  @BeforeEach
  void open() throws IOException {
    file = directory.resolve("deep/ledger.jsonl");
    ledger = new Ledger(new ObjectMapper(), file);
  }

  @AfterEach
  void close() throws IOException {
    ledger.close();
  }

  private String handle(String key, Request request) throws IOException {
    return ledger.handle(key, request, false).code();
  }

  private Charge charge() {
    return ledger.charges().getFirst();
  }

  @Test
  void repeats_its_answers_by_their_keys() throws IOException {
    assertThat(ledger.handle("a", FORTY, true).code()).isEqualTo("declined");
    assertThat(handle("a", FORTY)).isEqualTo("declined");
    assertThat(handle("b", FORTY)).isEmpty();
    assertThat(ledger.handle("b", FORTY, true).code()).isEmpty();
    assertThat(handle("b", new Authorise("o-1", "EUR", 41_00))).isEqualTo("key-reused");
    assertThat(ledger.charges()).hasSize(1);
  }

  @Test
  void captures_once_and_no_more_than_was_authorised() throws IOException {
    handle("a", FORTY);
    assertThat(handle("c-1", new Capture("b", 1))).isEqualTo("no-such-authorisation");
    assertThat(handle("c-2", new Capture("a", 40_01))).isEqualTo("amount-too-large");
    assertThat(handle("c-3", new Capture("a", 40_00))).isEmpty();
    assertThat(handle("c-4", new Capture("a", 1))).isEqualTo("captured");
    assertThat(charge()).isEqualTo(new Charge("a", "o-1", "EUR", 40_00, 40_00, 0, 0));
  }

  @Test
  void voids_before_and_after() throws IOException {
    assertThat(handle("v", new VoidAuthorisation("a"))).isEmpty();
    assertThat(handle("a", FORTY)).isEqualTo("voided");
    handle("b", FORTY);
    assertThat(handle("w", new VoidAuthorisation("b"))).isEmpty();
    assertThat(charge().open()).isZero();
    assertThat(handle("c", new Capture("b", 40_00))).isEqualTo("voided");
  }

  @Test
  void voids_nothing_that_was_captured() throws IOException {
    handle("a", FORTY);
    handle("c", new Capture("a", 40_00));
    assertThat(handle("v", new VoidAuthorisation("a"))).isEmpty();
    assertThat(charge().captured()).isEqualTo(40_00);
  }

  @Test
  void refunds_before_and_after() throws IOException {
    handle("a", FORTY);
    handle("c", new Capture("a", 40_00));
    assertThat(handle("r", new Refund("c"))).isEmpty();
    assertThat(charge().refunded()).isEqualTo(40_00);
    handle("b", FORTY);
    assertThat(handle("s", new Refund("d"))).isEmpty();
    assertThat(handle("d", new Capture("b", 40_00))).isEqualTo("voided");
  }

  @Test
  void outlives_a_kill_in_the_middle_of_a_line() throws IOException {
    handle("a", FORTY);
    handle("c", new Capture("a", 40_00));
    handle("v", new VoidAuthorisation("b"));
    List<Charge> before = ledger.charges();
    ledger.close();
    Files.writeString(file, "{\"key\":\"half", StandardOpenOption.APPEND);

    ledger = new Ledger(new ObjectMapper(), file);
    assertThat(ledger.charges()).isEqualTo(before);
    assertThat(handle("b", FORTY)).isEqualTo("voided");
    assertThat(handle("c", new Capture("a", 40_00))).isEmpty();
    ledger.close();
    ledger = new Ledger(new ObjectMapper(), file);
    assertThat(handle("b", FORTY)).isEqualTo("voided");
  }
}
