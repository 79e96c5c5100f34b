package dev.foldline.quarkus.deployment.shop;

import dev.foldline.core.Listing.Page;
import dev.foldline.core.Listing.RankedDocument;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/** Functions, of types that nothing else names. */
public class ShopFunctions {

  /** An input. */
  public record Question(List<Filter> filters, Optional<Span> span) {}

  sealed interface Filter {

    record ByColour(String colour) implements Filter {}
  }

  record Span(int days) {}

  /** An answer. */
  public sealed interface Offer {

    record Discount(int percent) implements Offer {}
  }

  @Funq
  public Uni<Offer[]> offers(Question question) {
    return Uni.createFrom().item(new Offer[0]);
  }

  @Funq
  public Uni<Page<RankedDocument<OrderView>>> best() {
    return Uni.createFrom().item(new Page<>(List.of(), Optional.empty()));
  }
}
