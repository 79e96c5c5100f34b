package dev.foldline.shop.pages;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Request;
import dev.foldline.shop.HttpCalls;
import dev.foldline.shop.ProviderProcess;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Skipped where there is no Chromium. Leaves a picture of each page in {@code target/pages}. */
@QuarkusTest
@QuarkusTestResource(ProviderProcess.class)
@DisplayName("The pages of the shop, in a browser,")
class PagesInBrowserTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Path PICTURES = Path.of("target", "pages");
  private static final List<Path> BROWSERS =
      Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
          .map(Path::of)
          .toList();

  private static Playwright playwright;
  private static Browser browser;

  @TestHTTPResource URI shop;

  private final String item = "lamp-" + UUID.randomUUID();
  private final List<BrowserContext> contexts = new ArrayList<>();
  private final List<String> sent = new CopyOnWriteArrayList<>();
  private Page page;

  @BeforeAll
  static void open() {
    Path chromium = BROWSERS.stream().filter(Files::isExecutable).findFirst().orElse(null);
    assumeTrue(chromium != null, "there is no Chromium on this machine");
    setDefaultAssertionTimeout((double) LIMIT.toMillis());
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(chromium));
  }

  @AfterAll
  static void close() {
    if (playwright != null) {
      playwright.close();
    }
  }

  @BeforeEach
  void begin() {
    try (HttpCalls http = new HttpCalls(shop)) {
      Awaitility.await().atMost(LIMIT).until(() -> http.get("q/health/ready").status() == 200);
    }
    page = page(true);
  }

  @AfterEach
  void end() {
    contexts.forEach(BrowserContext::close);
  }

  private Page page(boolean runsScript) {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setBaseURL(shop.toString())
                .setJavaScriptEnabled(runsScript));
    context.setDefaultTimeout((double) LIMIT.toMillis());
    contexts.add(context);
    Page opened = context.newPage();
    opened.onRequest(this::note);
    return opened;
  }

  private void note(Request request) {
    if (request.method().equals("POST")) {
      sent.add(request.postData());
    }
  }

  private static void picture(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setFullPage(true).setPath(PICTURES.resolve(name + ".png")));
  }

  private static Locator button(Page page, String form) {
    return page.locator("#" + form + " button");
  }

  private void add(Page page) {
    page.navigate("pages/items");
    page.locator("#add-item").fill(item);
    page.locator("#add-name").fill("Große <Lampe> & Co");
    button(page, "add").click();
    page.waitForURL(Pattern.compile(".*/pages/items/" + item + "\\?revision=0"));
    assertThat(page.locator("h1")).hasText("Große <Lampe> & Co");
    awaitStock(page, 0);
  }

  private static void send(Page page, String form, String value) {
    page.locator("#" + form + " input:visible").fill(value);
    button(page, form).click();
  }

  private static void awaitStock(Page page, long stock) {
    assertThat(page.locator("#stock")).hasText(Long.toString(stock));
    assertThat(page.locator(".pending")).hasCount(0);
  }

  /** Behind the browser's back. */
  private void receive(long quantity) {
    try (HttpCalls http = new HttpCalls(shop)) {
      String body = "{\"item\":\"%s\",\"quantity\":%d}".formatted(item, quantity);
      assertThat(http.post("receive-stock", body).status()).isEqualTo(200);
    }
  }

  private String place(String customer) {
    String order = "o-" + UUID.randomUUID();
    try (HttpCalls http = new HttpCalls(shop)) {
      String body =
          """
          {"order":"%s","customer":"%s","currency":"EUR",
           "items":[{"item":"%s","quantity":2,"cents":2000}]}
          """
              .formatted(order, customer, item);
      assertThat(http.post("place-order", body).status()).isEqualTo(202);
    }
    return order;
  }

  @Test
  void do_and_show_what_each_form_of_an_item_asks_for() {
    add(page);
    send(page, "receive", "7");
    awaitStock(page, 7);
    send(page, "remove", "2");
    awaitStock(page, 5);
    send(page, "rename", "Lampe");
    assertThat(page.locator("h1")).hasText("Lampe");
    picture(page, "item");

    page.navigate("pages/items");
    assertThat(page.locator("tr", new Page.LocatorOptions().setHasText(item)))
        .containsText("Lampe");
    picture(page, "items");

    page.navigate("pages/items/" + item);
    button(page, "retire").click();
    assertThat(page.locator("dd").first()).containsText("which is sold no more");
    picture(page, "item-retired");
  }

  @Test
  void do_once_what_is_clicked_twice_and_once_more_what_is_sent_anew() {
    add(page);
    page.locator("#receive-quantity").fill("5");
    button(page, "receive").dblclick();
    awaitStock(page, 5);
    assertThat(sent.stream().filter(body -> body.contains("quantity"))).hasSizeBetween(1, 2);
    send(page, "receive", "5");
    awaitStock(page, 10);
  }

  @Test
  void say_beside_the_field_why_something_is_not_done() {
    add(page);
    send(page, "remove", "3");
    Locator field = page.locator("#remove-quantity");
    assertThat(field).hasValue("3");
    assertThat(field).isFocused();
    assertThat(field).hasAccessibleDescription("not enough stock");
    assertThat(page.locator("#remove [role=alert]")).hasText("not enough stock");
    picture(page, "item-refused");

    receive(3);
    button(page, "remove").click();
    awaitStock(page, 0);
  }

  @Test
  void turn_what_is_being_processed_into_the_number_without_a_hand() {
    add(page);
    page.navigate("pages/items/%s?revision=1".formatted(item));
    assertThat(page.locator(".pending")).hasText("It is being processed.");
    picture(page, "item-pending");
    receive(9);
    awaitStock(page, 9);
  }

  @Test
  void work_without_script() {
    Page plain = page(false);
    add(plain);
    send(plain, "receive", "4");
    awaitStock(plain, 4);
    send(plain, "remove", "5");
    assertThat(plain.locator("#remove-error")).hasText("not enough stock");

    plain.navigate("pages/items/%s?revision=2".formatted(item));
    assertThat(plain.locator(".pending")).hasText("It is being processed.");
    receive(2);
    awaitStock(plain, 6);
  }

  /** To the field or button and, by Enter, on. */
  private void tabTo(String selector) {
    Locator wanted = page.locator(selector);
    for (int i = 0; i < 30; i++) {
      page.keyboard().press("Tab");
      if ((boolean) wanted.evaluate("it => it === document.activeElement")) {
        return;
      }
    }
    throw new AssertionError(selector + " is not reached by the keyboard");
  }

  @Test
  void work_by_the_keyboard_alone() {
    page.navigate("pages/items");
    tabTo("#add-item");
    page.keyboard().type(item);
    tabTo("#add-name");
    page.keyboard().type("Lampe");
    page.keyboard().press("Enter");
    assertThat(page.locator("h1")).hasText("Lampe");
    awaitStock(page, 0);
    tabTo("#receive-quantity");
    page.keyboard().type("8");
    tabTo("#receive button");
    page.keyboard().press("Space");
    awaitStock(page, 8);
    tabTo("#remove-quantity");
    page.keyboard().type("9");
    page.keyboard().press("Enter");
    assertThat(page.locator("#remove-quantity")).isFocused();
    page.keyboard().press("Control+A");
    page.keyboard().type("3");
    page.keyboard().press("Enter");
    awaitStock(page, 5);
    tabTo("#retire button");
    page.keyboard().press("Enter");
    assertThat(page.locator("dd").first()).containsText("which is sold no more");
  }

  /** A list does not load itself again. */
  private void awaitOrders(String customer, int count) {
    try (HttpCalls http = new HttpCalls(shop)) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () ->
                  http.get("orders-of?customer=" + customer).body().path("entries").size()
                      == count);
    }
  }

  @Test
  void lead_an_order_from_its_customer_to_its_shipping_and_another_to_its_end() {
    add(page);
    receive(5);
    String customer = "ada-" + UUID.randomUUID();
    String shipped = place(customer);
    String cancelled = place(customer);
    awaitOrders(customer, 2);

    page.navigate("pages/orders");
    page.getByLabel("Customer").fill(customer);
    page.keyboard().press("Enter");
    assertThat(page.locator("tbody a")).hasText(new String[] {cancelled, shipped});
    picture(page, "orders");

    page.getByText(shipped).click();
    assertThat(page.locator("#status")).hasText("ready");
    assertThat(page.locator("#steps")).containsText("authorise: done");
    button(page, "ship").click();
    assertThat(page.locator("#status")).hasText("shipped");
    assertThat(page.locator(".pending")).hasCount(0);
    assertThat(page.locator("#steps")).containsText("capture: done");
    page.getByText("1 hour").click();
    assertThat(page.locator("[aria-current]")).hasText("1 hour");
    picture(page, "order");

    button(page, "cancel").click();
    assertThat(page.locator("#cancel-error")).hasText("order shipped");
    picture(page, "order-refused");

    page.navigate("pages/orders/" + cancelled);
    assertThat(page.locator("#status")).hasText("ready");
    button(page, "cancel").click();
    assertThat(page.locator("#status")).hasText("cancelled");
    assertThat(page.locator("#steps")).containsText("void: done");
    picture(page, "order-cancelled");
  }

  @Test
  void say_as_a_page_what_there_is_not() {
    page.navigate("pages/items/none");
    assertThat(page.locator("h1")).hasText("Not found");
    assertThat(page.locator("[role=alert]")).hasText("there is no such item");
    picture(page, "failure");
  }
}
