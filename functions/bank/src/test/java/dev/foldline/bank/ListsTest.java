package dev.foldline.bank;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.bank.BankClient.Answer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("A list of the bank")
class ListsTest {

  @TestHTTPResource("/")
  URI base;

  private BankClient bank;
  private final String some = UUID.randomUUID().toString();

  @BeforeEach
  void setUp() {
    bank = new BankClient(base);
    await().atMost(Duration.ofSeconds(30)).until(() -> bank.get("bank-totals").status() == 200);
  }

  private Answer open(String account, String owner) {
    return bank.post(
        "open-account", "{\"account\":\"%s\",\"owner\":\"%s\"}".formatted(account, owner));
  }

  private Answer query(String path, Answer after) {
    return bank.query(path, after.header("consistency-token"));
  }

  /** All pages, one after another, each at least as new as an answer. */
  private List<JsonNode> pages(String path, Answer after) {
    List<JsonNode> entries = new ArrayList<>();
    String next = "";
    do {
      Answer page = query(path + next, after);
      assertThat(page.status()).as(page.response().body()).isEqualTo(200);
      page.body().path("entries").forEach(entries::add);
      next = "&after=" + page.body().path("next").asText();
      if (page.body().path("next").isNull()) {
        return entries;
      }
    } while (true);
  }

  @Test
  void shows_the_largest_accounts_page_by_page() {
    List<String> accounts = IntStream.range(0, 7).mapToObj(i -> some + "-" + i).toList();
    Answer last = bank.open(some);
    for (String account : accounts) {
      bank.open(account);
      last = bank.deposit(account, 1_000_000);
      await().atMost(Duration.ofSeconds(20)).until(() -> bank.account(account).status() == 200);
    }

    List<JsonNode> all = pages("largest-accounts?limit=2", last);

    assertThat(all.stream().map(each -> each.path("balance").asLong()).toList())
        .isSortedAccordingTo((a, b) -> Long.compare(b, a));
    assertThat(
            all.stream()
                .map(each -> each.path("account").asText())
                .filter(each -> each.startsWith(some + "-")))
        .isEqualTo(accounts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Jörg Größe", "{x} & y=z", "a\\u0000b", "😀", " "})
  void shows_the_accounts_of_an_owner_the_latest_first(String owner) {
    String name = owner + some;
    String asked = URLEncoder.encode(name.replace("\\u0000", "\0"), UTF_8);
    List<String> accounts =
        IntStream.range(0, 12).mapToObj(i -> UUID.randomUUID() + "-" + i).toList();
    Answer last = open(some, name + "2");
    for (String account : accounts) {
      last = open(account, name);
      await().atMost(Duration.ofSeconds(20)).until(() -> bank.account(account).status() == 200);
    }

    List<JsonNode> all = pages("accounts-of?owner=" + asked, last);

    assertThat(all.stream().map(each -> each.path("account").asText()))
        .isEqualTo(accounts.reversed());
    assertThat(all.getFirst().path("status").asText()).isEqualTo("open");
    assertThat(query("accounts-of?owner=" + asked, last).body().path("entries")).hasSize(10);
  }

  @Test
  void has_what_its_caller_has_seen() {
    for (int i = 0; i < 20; i++) {
      String account = some + "-" + i;
      Answer opened = open(account, some);

      Answer page = query("accounts-of?owner=" + some, opened);

      assertThat(page.body().path("entries").path(0).path("account").asText()).isEqualTo(account);
      assertThat(page.header("consistency")).isIn("read-model", "waited");
      assertThat(page.header("etag")).isEmpty();
    }
  }

  @Test
  void may_be_of_ids_in_their_order() {
    open(some, "Ada");
    Answer last = open(some + "-2", "Bob");
    await().atMost(Duration.ofSeconds(20)).until(() -> bank.account(some).status() == 200);

    Answer found = query("sample-documents?ids=%1$s-2,nobody,%1$s,%1$s-2".formatted(some), last);

    assertThat(found.header("consistency")).isIn("read-model", "waited");
    assertThat(found.header("etag")).isEmpty();
    assertThat(found.body()).hasSize(4);
    assertThat(found.body().get(0).path("document").path("owner").asText()).isEqualTo("Bob");
    assertThat(found.body().get(1).isNull()).isTrue();
    assertThat(found.body().get(2).path("document").path("owner").asText()).isEqualTo("Ada");
    assertThat(found.body().get(3)).isEqualTo(found.body().get(0));
    assertThat(bank.get("sample-documents?ids=a%20b").status()).isEqualTo(400);
    assertThat(bank.get("sample-documents?ids=" + "a,".repeat(1_000)).status()).isEqualTo(400);
  }

  @Test
  void tells_who_came_first() {
    open(some + "-z", some);
    Answer last = open(some + "-a", some);
    await().atMost(Duration.ofSeconds(20)).until(() -> bank.account(some + "-z").status() == 200);

    assertThat(query("sample-first?owner=" + some, last).body().path("member").asText())
        .isEqualTo(some + "-z");
    assertThat(bank.get("sample-first?owner=" + some + "-nobody").status()).isIn(200, 204);
  }

  @Test
  void is_empty_of_an_owner_who_is_nobody() {
    Answer page = bank.get("accounts-of?owner=" + some);

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.body().path("entries")).isEmpty();
    assertThat(page.body().path("next").isNull()).isTrue();
    assertThat(bank.get("accounts-of?owner=&after=").body().path("field").asText())
        .isEqualTo("owner");
    assertThat(bank.get("accounts-of?owner=a&after=nowhere").body().path("field").asText())
        .isEqualTo("after");
  }
}
