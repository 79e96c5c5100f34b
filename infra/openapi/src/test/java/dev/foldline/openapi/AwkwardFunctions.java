package dev.foldline.openapi;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.foldline.quarkus.http.Operation;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Negative;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Functions whose inputs and answers have whatever a record may have. */
public class AwkwardFunctions {

  enum Colour {
    RED,
    @JsonProperty("light-blue")
    LIGHT_BLUE,
    @JsonProperty("grün")
    GREEN
  }

  /** A value of each kind. */
  public record Scalars(
      boolean paid,
      short rows,
      int pieces,
      long cents,
      double weight,
      char letter,
      BigInteger number,
      BigDecimal price,
      String text,
      UUID id,
      Instant at,
      OffsetDateTime there,
      LocalDate day,
      LocalTime time,
      LocalDateTime here,
      YearMonth month,
      Duration length,
      Colour colour,
      Sku sku) {}

  /** A text of its own type. */
  public record Sku(@JsonValue String value) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Sku {}
  }

  /** Bounds of each kind. */
  public record Bounded(
      @Size(min = 2, max = 5, message = "must be short") String text,
      @NotBlank(message = "must be given") String word,
      @Pattern(regexp = "[a-z]\\s?[\\d\\-_]+", message = "must be a code")
          @Size(max = 9, message = "must be short")
          String code,
      @Min(value = -3, message = "must be more") @Max(value = 7, message = "must be less")
          int pieces,
      @Positive(message = "must be positive") BigInteger number,
      @Negative(message = "must be negative") long debt,
      @DecimalMin(value = "0.5", inclusive = false, message = "must be more")
          @DecimalMax(value = "9.5", message = "must be less")
          BigDecimal share,
      @Digits(integer = 3, fraction = 2, message = "must be an amount") BigDecimal amount,
      @Size(min = 1, max = 3, message = "must be few")
          List<@NotBlank(message = "must be said") String> words,
      @NotEmpty(message = "must be some")
          Map<
                  @Pattern(regexp = "[a-z]{1,3}", message = "must be a key") String,
                  @Positive(message = "must be positive") Long>
              counts,
      Optional<@Size(max = 3, message = "must be short") String> hint,
      @PositiveOrZero(message = "must not be negative") OptionalLong from,
      @Size(min = 3, max = 9, message = "must be an address") @JsonProperty("e-mail")
          String email) {}

  /** What need not be there, and what may be null inside. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Loose(
      @Nullable String note,
      Optional<Instant> due,
      OptionalInt limit,
      List<@Nullable String> notes,
      Map<String, @Nullable Integer> counts,
      List<List<@Nullable Long>> table,
      @Nullable Integer number) {}

  /** A figure. */
  public sealed interface Shape {

    record Circle(double radius) implements Shape {}

    sealed interface Polygon extends Shape {}

    @JsonTypeName("quadrat")
    record Square(@Positive(message = "must be positive") long side) implements Polygon {}

    record Triangle(List<Long> sides) implements Polygon {}
  }

  /** Figures, looked at and not. */
  public record Drawing(
      @Valid Shape shape,
      Shape raw,
      Optional<@Valid Shape> other,
      List<Shape.@Valid Polygon> polygons,
      Set<Shape.Polygon> unlooked,
      Shape.Circle circle,
      Map<Colour, Shape> byColour) {}

  /** It holds more of itself. */
  public record Tree(
      @NotBlank(message = "must be given") @JsonProperty("größe") String size,
      List<@Valid Tree> children,
      @Nullable @Valid Tree next) {}

  /** Something with more of it. */
  public record Envelope<T>(T content, List<T> more, Map<String, Envelope<T>> nested) {}

  /** What some functions answer alike. */
  public record Wrapped(
      @JsonUnwrapped(prefix = "of-") Tree tree, Colour colour, Map<Colour, Instant> at) {}

  /** Each of which comes from a query string. */
  public record Asked(
      String text,
      Optional<Instant> at,
      @Min(value = 1, message = "must be at least 1") OptionalInt limit,
      Optional<Colour> colour,
      boolean all,
      BigDecimal least,
      @Nullable UUID id,
      Optional<Sku> sku,
      Optional<Duration> age,
      LocalDate day) {}

  @Funq("scalars")
  @Operation
  public Scalars scalars(Scalars input) {
    return input;
  }

  @Funq("bounded")
  @Operation
  public Uni<Bounded> bounded(Bounded input) {
    return Uni.createFrom().item(input);
  }

  @Funq("loose")
  @Operation
  public Loose loose(Loose input) {
    return input;
  }

  @Funq("drawing")
  @Operation
  public Drawing drawing(Drawing input) {
    return input;
  }

  @Funq("tree")
  @Operation
  public Tree tree(Tree input) {
    return input;
  }

  @Funq("wrapped-tree")
  @Operation
  public Wrapped wrapped(Tree input) {
    return new Wrapped(input, Colour.GREEN, Map.of(Colour.LIGHT_BLUE, Instant.EPOCH));
  }

  @Funq("envelope")
  @Operation
  public Envelope<Tree> envelope(Envelope<Tree> input) {
    return input;
  }

  @Funq("asked")
  @Query
  public Asked asked(Asked input) {
    return input;
  }

  /** Of no kind. */
  @Funq("either-way")
  public Asked eitherWay(Asked input) {
    return input;
  }

  /** It has nothing to say. */
  @Funq("silent")
  @Operation
  public void silent() {}

  @Funq("perhaps")
  @Query
  public Optional<Sku> perhaps() {
    return Optional.empty();
  }
}
