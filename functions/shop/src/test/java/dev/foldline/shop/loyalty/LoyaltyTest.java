package dev.foldline.shop.loyalty;

import static dev.foldline.core.Effect.send;
import static dev.foldline.testing.GivenReaction.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.NotFound;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.shop.loyalty.Loyalty.Earn;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderCommand.Place;
import dev.foldline.shop.order.OrderCommand.Ship;
import dev.foldline.shop.order.OrderEvent.Line;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.testing.GivenReaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("The shop's points")
class LoyaltyTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", ".")).resolve("../../infra/docs/shop.md");
  private static final Path HERE = Path.of("src/test/java/dev/foldline/shop/loyalty");

  @Inject CommandHandler commands;
  @Inject EventStore store;

  private static Placed placed(String customer) {
    return new Placed(customer, "EUR", List.of(new Line("lamp", 2, 20_99)), Duration.ofMinutes(15));
  }

  @Test
  void are_given_for_an_order_that_is_shipped() {
    String id = UUID.randomUUID().toString();
    commands.handle(Order.DECIDER, new Place(id, placed(id))).await().atMost(LIMIT);
    commands.handle(Order.DECIDER, new Ship(id)).await().atMost(LIMIT);

    await().atMost(LIMIT).untilAsserted(() -> assertThat(points(id)).hasSize(1));
    assertThat(new String(points(id).getFirst().event().data(), UTF_8))
        .isEqualTo("{\"order\":\"%s\",\"points\":41}".formatted(id));
  }

  private List<Recorded<StoredEvent>> points(String customer) {
    return store
        .remaining(PointsEvent.POINTS.stream(customer), 0, 10)
        .onFailure(NotFound.class)
        .recoverWithItem(List.of())
        .await()
        .atMost(LIMIT);
  }

  @Test
  void follow_from_that_alone() {
    given(Loyalty.REACTION, placed("ada"))
        .when(new Shipped())
        .then(send("earn", Loyalty.DECIDER, new Earn("ada", GivenReaction.ID, 41)));
    given(Loyalty.REACTION).when(placed("ada")).thenNothing();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PointsEvent.java", "Loyalty.java"})
  void are_what_the_page_on_the_shop_shows(String file) throws IOException {
    String shown =
        Files.readString(HERE.resolve(file))
            .lines()
            .filter(line -> !line.startsWith("import "))
            .map(line -> ("+ " + line).strip() + "\n")
            .collect(joining())
            .replaceAll("(\\+\n)+", "+\n");

    assertThat(Files.readString(PAGE)).contains(shown);
  }
}
