package dev.foldline.shop.pages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.shop.ProviderProcess;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProviderProcess.class)
@DisplayName("The pages of the shop, without script,")
class PagesTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TestHTTPResource URI shop;

  /** As browsers do: the body of a request that asks for HTTP/2 is gone before JAX-RS reads it. */
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String item = "lamp-" + UUID.randomUUID();
  private final String page = "pages/items/" + item;

  @BeforeEach
  void awaitReady() {
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () -> send(HttpRequest.newBuilder(shop.resolve("q/health/ready"))).statusCode() == 200);
  }

  private String get(String path) {
    HttpResponse<String> answer = send(HttpRequest.newBuilder(shop.resolve(path)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/html;charset=UTF-8");
    return answer.body();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpRequest.Builder form(String path, Map<String, String> fields) {
    String body =
        fields.entrySet().stream()
            .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), UTF_8))
            .collect(Collectors.joining("&"));
    return HttpRequest.newBuilder(shop.resolve(path))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpResponse<String> post(String path, Map<String, String> fields) {
    return send(form(path, fields));
  }

  private static String key(String page, String form) {
    Matcher key =
        Pattern.compile(
                "id=\"" + form + "\">\\s*<input type=\"hidden\" name=\"key\" value=\"([^\"]+)\"")
            .matcher(page);
    assertThat(key.find()).as(page).isTrue();
    return key.group(1);
  }

  private void add() {
    HttpResponse<String> added =
        post(
            "pages/items",
            Map.of(
                "key", key(get("pages/items"), "add"), "item", item, "name", "Große <Lampe> & Co"));
    assertThat(added.statusCode()).as(added.body()).isEqualTo(303);
    assertThat(added.headers().firstValue("Location").orElseThrow())
        .endsWith("/" + page + "?revision=0");
    awaitStock(0);
  }

  private void awaitStock(long stock) {
    Awaitility.await()
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(AssertionError.class)
        .untilAsserted(
            () -> assertThat(get(page)).contains("<dd id=\"stock\">%d</dd>".formatted(stock)));
  }

  private HttpResponse<String> receive(String key, String quantity) {
    return post(page + "/receive", Map.of("key", key, "quantity", quantity));
  }

  @Test
  void show_items_and_take_what_is_typed_as_text() {
    add();
    assertThat(get(page)).contains("<h1>Große &lt;Lampe&gt; &amp; Co</h1>");
    assertThat(get("pages/items")).contains("Items", "Add an item");
  }

  @Test
  void have_one_effect_where_a_button_is_pressed_twice() {
    add();
    String key = key(get(page), "receive");
    List<Integer> both =
        Stream.of(1, 2)
            .map(_ -> CompletableFuture.supplyAsync(() -> receive(key, "5").statusCode()))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
    assertThat(both).containsOnly(303);
    assertThat(receive(key, "5").headers().firstValue("Location").orElseThrow())
        .endsWith("?revision=1");
    awaitStock(5);
    assertThat(receive(key(get(page), "receive"), "5").statusCode()).isEqualTo(303);
    awaitStock(10);
  }

  @Test
  void say_beside_the_field_why_something_is_not_done() {
    add();
    String before = get(page);
    HttpResponse<String> refused =
        post(page + "/remove", Map.of("key", key(before, "remove"), "quantity", "3"));
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body())
        .contains("<p class=\"error\" role=\"alert\" id=\"remove-error\">not enough stock</p>")
        .contains(
            "value=\"3\" required inputmode=\"numeric\" autofocus aria-describedby=\"remove-error\"");
    assertThat(key(refused.body(), "remove")).isNotEqualTo(key(before, "remove"));

    HttpResponse<String> number =
        post(page + "/receive", Map.of("key", key(before, "receive"), "quantity", "many"));
    assertThat(number.statusCode()).isEqualTo(422);
    assertThat(number.body()).contains("quantity must be a whole number", "value=\"many\"");

    HttpResponse<String> blank =
        post(page + "/rename", Map.of("key", key(before, "rename"), "name", " "));
    assertThat(blank.statusCode()).isEqualTo(422);
    assertThat(blank.body()).contains("name must not be blank");

    HttpResponse<String> again =
        post(
            "pages/items",
            Map.of("key", key(get("pages/items"), "add"), "item", item, "name", "Other"));
    assertThat(again.statusCode()).isEqualTo(422);
    assertThat(again.body()).contains("item exists", "value=\"Other\"");
  }

  @Test
  void say_that_something_is_being_processed_until_it_shows() {
    add();
    assertThat(get(page + "?revision=7"))
        .contains("It is being processed.")
        .contains("<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>");
    assertThat(get(page + "?revision=0")).doesNotContain("being processed", "http-equiv");
  }

  @Test
  void end_the_sale_of_an_item() {
    add();
    assertThat(post(page + "/retire", Map.of("key", key(get(page), "retire"))).statusCode())
        .isEqualTo(303);
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(get(page)).contains("which is sold no more"));
    HttpResponse<String> refused =
        post(page + "/rename", Map.of("key", key(get(page), "rename"), "name", "Lamp"));
    assertThat(refused.body()).contains("item retired");
  }

  @Test
  void show_an_order_with_its_steps_and_have_it_shipped() {
    add();
    receive(key(get(page), "receive"), "5");
    String order = "o-" + UUID.randomUUID();
    HttpResponse<String> placed =
        send(
            HttpRequest.newBuilder(shop.resolve("place-order"))
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        """
                        {"order":"%s","customer":"ada","currency":"EUR",
                         "items":[{"item":"%s","quantity":2,"cents":2000}]}
                        """
                            .formatted(order, item))));
    assertThat(placed.statusCode()).as(placed.body()).isEqualTo(202);
    awaitOrder(order, "<dd id=\"status\">ready</dd>");
    assertThat(get("pages/orders?customer=ada")).contains(order);
    assertThat(get("pages/orders/" + order + "?zoom=MONTHS"))
        .contains("authorise: done", "zoom=MONTHS\" aria-current=\"true\">3 months</a>");

    String key = key(get("pages/orders/" + order), "ship");
    HttpResponse<String> shipped =
        post("pages/orders/%s/ship".formatted(order), Map.of("key", key));
    assertThat(shipped.statusCode()).as(shipped.body()).isEqualTo(303);
    awaitOrder(order, "<dd id=\"status\">shipped</dd>");
    HttpResponse<String> refused =
        post(
            "pages/orders/%s/cancel".formatted(order),
            Map.of("key", key(get("pages/orders/" + order), "cancel")));
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body())
        .contains("<p class=\"error\" role=\"alert\" id=\"cancel-error\">order shipped</p>");
  }

  private void awaitOrder(String order, String shown) {
    Awaitility.await()
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(AssertionError.class)
        .untilAsserted(() -> assertThat(get("pages/orders/" + order)).contains(shown));
  }

  @Test
  void are_none_of_what_there_is_not() {
    HttpResponse<String> none = send(HttpRequest.newBuilder(shop.resolve("pages/items/none")));
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(none.headers().firstValue("Content-Type")).contains("text/html;charset=UTF-8");
    assertThat(none.body()).contains("<h1>Not found</h1>", "there is no such item");
    assertThat(send(HttpRequest.newBuilder(shop.resolve("pages/orders/none"))).statusCode())
        .isEqualTo(404);
    assertThat(send(HttpRequest.newBuilder(shop.resolve("pages/items/%20"))).statusCode())
        .isEqualTo(400);
  }
}
