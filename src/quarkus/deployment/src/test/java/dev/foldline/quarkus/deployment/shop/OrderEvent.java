package dev.foldline.quarkus.deployment.shop;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.foldline.core.Category;
import dev.foldline.core.Stored;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Events whose parts stand in lists, maps and optionals only. */
public sealed interface OrderEvent {

  Category<OrderEvent> ORDERS = Category.of("order", OrderEvent.class);

  @Stored("order-placed")
  record Placed(List<Line> lines, Map<String, Money> prices, Optional<Voucher> voucher)
      implements OrderEvent {}

  /** Not the last of its line. */
  sealed interface Ended extends OrderEvent {

    @Stored("order-shipped")
    record Shipped(List<List<Parcel>> parcels) implements Ended {}

    @Stored("order-cancelled")
    record Cancelled(Reason reason) implements Ended {}
  }

  /** A part of an order. */
  sealed interface Line {

    record Goods(String sku, Size size) implements Line, Priced {

      @Override
      public Money price() {
        return new Money(1);
      }
    }

    sealed interface Service extends Line {

      record Wrapped(Paper paper) implements Service {}
    }
  }

  enum Size {
    SMALL,
    LARGE
  }

  record Paper(String colour) {}

  record Money(long cents) {}

  record Voucher(String code, Issuer issuer) {}

  record Issuer(String name) {}

  record Parcel(String number) {}

  /** Is read from something else. */
  record Reason(String code) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Reason of(Given given) {
      return new Reason(given.code());
    }

    @JsonValue
    Map<String, String> given() {
      return Map.of("code", code);
    }
  }

  record Given(String code) {}
}
