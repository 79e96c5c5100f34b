package dev.foldline.shop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.foldline.shop.HttpCalls.Answer;
import io.quarkus.mailer.Mail;
import io.quarkus.mailer.MockMailbox;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProviderProcess.class)
@DisplayName("Orders over HTTP")
class OrdersTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TestHTTPResource URI shop;

  @Inject
  @ConfigProperty(name = "shop.provider.url")
  URI provider;

  @Inject MockMailbox mailbox;

  private HttpCalls calls;
  private HttpCalls charges;
  private final String item = id("lamp");
  private final String order = id("o");
  private final String customer = id("ada");

  private static String id(String prefix) {
    return prefix + "-" + UUID.randomUUID();
  }

  private Answer get(String path) {
    return calls.get(path);
  }

  private Answer post(String path, String json) {
    return calls.post(path, json);
  }

  private Answer place(long quantity, long cents) {
    return post(
        "place-order",
        """
        {"order":"%s","customer":"%s","currency":"EUR",
         "items":[{"item":"%s","quantity":%d,"cents":%d}]}
        """
            .formatted(order, customer, item, quantity, cents));
  }

  private Answer ofOrder(String function) {
    return post(function, "{\"order\":\"%s\"}".formatted(order));
  }

  private void await(String field, String value) {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(get("order?order=" + order).body().path(field).asText())
                    .isEqualTo(value));
  }

  private JsonNode awaitFulfilment(String state) {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(fulfilment().path("state").asText()).isEqualTo(state));
    return fulfilment();
  }

  private JsonNode fulfilment() {
    return get("fulfilment?fulfilment=" + order).body();
  }

  /** What the provider's own ledger has of the order. */
  private JsonNode charge() {
    for (JsonNode charge : charges.get("charges").body()) {
      if (charge.path("order").asText().equals(order)) {
        return charge;
      }
    }
    return MissingNode.getInstance();
  }

  private void behave(String kind, int times) {
    Answer told =
        charges.post(
            "behaviour", "{\"kind\":\"%s\",\"times\":%d,\"millis\":100}".formatted(kind, times));
    assertThat(told.status()).isEqualTo(204);
  }

  @BeforeEach
  void stock() {
    calls = new HttpCalls(shop);
    charges = new HttpCalls(provider);
    behave("WELL", 0);
    post("add-item", "{\"item\":\"%s\",\"name\":\"Große Lampe\"}".formatted(item));
    post("receive-stock", "{\"item\":\"%s\",\"quantity\":5}".formatted(item));
  }

  @AfterEach
  void close() {
    calls.close();
    charges.close();
  }

  @Test
  void are_shipped_once_they_are_paid() {
    assertThat(place(2, 20_00).status()).isEqualTo(202);
    await("status", "ready");
    assertThat(ofOrder("ship-order").status()).isEqualTo(200);

    JsonNode steps = awaitFulfilment("done").path("steps");
    assertThat(steps.findValuesAsText("step"))
        .containsExactlyInAnyOrder("reserve", "screen", "authorise", "ready", "capture", "ship");
    assertThat(charge().path("captured").asLong()).isEqualTo(40_00);
    await("status", "shipped");
    await("payment", "captured");
    await("stock", "taken-out");
    await("invoice", "open");
    assertThat(get("item?item=" + item).body().path("stock").asLong()).isEqualTo(3);
    assertThat(ofOrder("cancel-order").code()).isEqualTo("order-shipped");
    assertThat(place(2, 20_00).status()).as("the same again").isEqualTo(200);
    assertThat(place(3, 20_00).code()).isEqualTo("order-exists");
  }

  @Test
  void are_seen_by_their_customers_and_in_the_rankings() {
    place(2, 20_00);
    await("status", "ready");
    ofOrder("ship-order");
    awaitFulfilment("done");
    await("status", "shipped");

    assertThat(
            get("orders-of?customer=" + customer).body().path("entries").findValuesAsText("order"))
        .containsExactly(order);
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(get("best-customers?currency=EUR").body().path("entries").toString())
                    .contains("{\"customer\":\"%s\",\"cents\":4000}".formatted(customer)));
    assertThat(get("revenue?currency=EUR").body().path("entries").findValuesAsText("day"))
        .contains(LocalDate.now(ZoneOffset.UTC).toString());
    assertThat(get("low-stock?below=4").body().path("entries").findValuesAsText("item"))
        .contains(item);
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(mailbox.getMailsSentTo(customer + "@shop.example"))
                    .extracting(Mail::getSubject)
                    .contains(
                        "Your order %s was placed".formatted(order),
                        "Your order %s is on its way".formatted(order)));
  }

  @Test
  void are_refused_where_there_is_no_stock() {
    place(6, 20_00);

    assertThat(awaitFulfilment("failed").path("code").asText()).isEqualTo("out-of-stock");
    await("status", "refused");
    await("invoice", "cancelled");
    await("stock", "released");
    assertThat(charge().isMissingNode()).isTrue();
  }

  @Test
  void are_refused_where_the_payment_is_declined() {
    behave("DECLINE", 1);
    place(1, 20_00);

    assertThat(awaitFulfilment("failed").path("code").asText()).isEqualTo("declined");
    await("stock", "released");
  }

  @Test
  void give_back_the_money_where_they_are_cancelled() {
    place(1, 20_00);
    await("status", "ready");
    assertThat(ofOrder("cancel-order").status()).isEqualTo(200);

    assertThat(awaitFulfilment("failed").path("code").asText()).isEqualTo("cancelled");
    assertThat(charge().path("open").asLong()).isZero();
    assertThat(charge().path("captured").asLong()).isZero();
    await("payment", "voided");
    assertThat(ofOrder("ship-order").code()).isEqualTo("order-cancelled");
    assertThat(ofOrder("retry-undo").code()).isEqualTo("order-not-held");
  }

  @Test
  void are_paid_once_whatever_the_provider_does() {
    behave("LOSE", 1);
    place(1, 20_00);
    await("status", "ready");
    behave("FAIL", 1);
    ofOrder("ship-order");

    awaitFulfilment("done");
    assertThat(charge().path("captured").asLong()).isEqualTo(20_00);
  }

  @Test
  void that_are_malformed_name_the_field() {
    Answer twice =
        post(
            "place-order",
            """
            {"order":"%s","customer":"ada","currency":"EUR",
             "items":[{"item":"lamp","quantity":1,"cents":1},{"item":"lamp","quantity":1,"cents":1}]}
            """
                .formatted(order));
    assertThat(twice.status()).isEqualTo(400);
    assertThat(twice.body().path("field").asText()).isEqualTo("items");
    assertThat(place(0, 1).body().path("field").asText()).isEqualTo("items[0].quantity");
    Answer euros =
        post(
            "place-order",
            "{\"order\":\"o\",\"customer\":\"ada\",\"currency\":\"euros\",\"items\":[]}");
    assertThat(euros.status()).isEqualTo(400);
  }
}
