package dev.foldline.quarkus.deployment.openapi;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Negative;
import jakarta.validation.constraints.NegativeOrZero;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import jakarta.validation.groups.Default;
import jakarta.validation.metadata.CascadableDescriptor;
import jakarta.validation.metadata.ConstraintDescriptor;
import jakarta.validation.metadata.ContainerDescriptor;
import jakarta.validation.metadata.ContainerElementTypeDescriptor;
import jakarta.validation.metadata.ElementDescriptor;
import java.lang.annotation.Annotation;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.hibernate.validator.constraints.CompositionType;
import org.hibernate.validator.constraints.ConstraintComposition;
import org.hibernate.validator.constraints.Length;
import org.hibernate.validator.constraints.UniqueElements;
import org.jspecify.annotations.Nullable;

/**
 * What Bean Validation says of a value.
 *
 * @param constraints on the value itself
 * @param contents what is said of what it contains
 * @param isValidated whether what the value's own type says counts
 */
record Rules(
    Set<ConstraintDescriptor<?>> constraints,
    Set<ContainerElementTypeDescriptor> contents,
    boolean isValidated) {

  /** What Java does not take for whitespace. */
  private static final String NOT_WHITESPACE =
      "[^\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000]";

  static final Rules NONE = new Rules(Set.of(), Set.of(), false);

  /** That of the whole input. */
  static final Rules OF_INPUT = new Rules(Set.of(), Set.of(), true);

  static <D extends ElementDescriptor & CascadableDescriptor & ContainerDescriptor> Rules of(
      D declared) {
    return new Rules(
        declared.getConstraintDescriptors(),
        declared.getConstrainedContainerElementTypes(),
        declared.isCascaded());
  }

  /**
   * What is said of what the value contains.
   *
   * @param index of the type argument: a map has two
   */
  Rules content(int index) {
    return contents.stream()
        .filter(
            content ->
                content.getTypeArgumentIndex() == null || content.getTypeArgumentIndex() == index)
        .findFirst()
        .map(Rules::of)
        .orElse(NONE);
  }

  /** Whether a null breaks one. */
  boolean forbidNull() {
    return all(constraints)
        .map(ConstraintDescriptor::getAnnotation)
        .anyMatch(it -> it instanceof NotNull || it instanceof NotBlank || it instanceof NotEmpty);
  }

  /** Adds them to the schema of the value; what it can't say, it says in words. */
  void addTo(Schema schema) {
    all(constraints).forEach(constraint -> add(constraint, schema));
  }

  /** With those that they are composed of, but where these are alternatives. */
  private static Stream<ConstraintDescriptor<?>> all(Set<ConstraintDescriptor<?>> constraints) {
    return constraints.stream()
        .filter(constraint -> constraint.getGroups().contains(Default.class))
        .flatMap(
            constraint ->
                Stream.concat(
                    Stream.of(constraint),
                    areAlternatives(constraint)
                        ? Stream.empty()
                        : all(constraint.getComposingConstraints())));
  }

  private static boolean areAlternatives(ConstraintDescriptor<?> constraint) {
    return Optional.ofNullable(
            constraint.getAnnotation().annotationType().getAnnotation(ConstraintComposition.class))
        .filter(composition -> composition.value() != CompositionType.AND)
        .isPresent();
  }

  private static void add(ConstraintDescriptor<?> constraint, Schema schema) {
    Annotation annotation = constraint.getAnnotation();
    boolean isSaid =
        switch (annotation) {
          case NotNull _ -> true;
          case Min min -> least(schema, BigDecimal.valueOf(min.value()));
          case Max max -> most(schema, BigDecimal.valueOf(max.value()));
          case Positive _ -> moreThan(schema, BigDecimal.ZERO);
          case PositiveOrZero _ -> least(schema, BigDecimal.ZERO);
          case Negative _ -> lessThan(schema, BigDecimal.ZERO);
          case NegativeOrZero _ -> most(schema, BigDecimal.ZERO);
          case DecimalMin min ->
              min.inclusive()
                  ? least(schema, new BigDecimal(min.value()))
                  : moreThan(schema, new BigDecimal(min.value()));
          case DecimalMax max ->
              max.inclusive()
                  ? most(schema, new BigDecimal(max.value()))
                  : lessThan(schema, new BigDecimal(max.value()));
          case Digits digits -> digits(schema, digits);
          case Size size -> size(schema, size.min(), size.max());
          case Length length -> size(schema, length.min(), length.max());
          case NotEmpty _ -> size(schema, 1, Integer.MAX_VALUE);
          case NotBlank _ -> pattern(schema, NOT_WHITESPACE);
          case Pattern pattern ->
              PortablePattern.of(pattern.regexp(), List.of(pattern.flags()))
                  .map(portable -> pattern(schema, portable))
                  .orElse(false);
          case Email _ -> {
            schema.setFormat("email");
            yield false;
          }
          case UniqueElements _ -> {
            schema.setUniqueItems(true);
            yield true;
          }
          default ->
              !areAlternatives(constraint) && !constraint.getComposingConstraints().isEmpty();
        };
    if (!isSaid) {
      describe(schema, constraint.getMessageTemplate());
    }
  }

  /** The constraint's own words, unless they are to be looked up. */
  private static void describe(Schema schema, String message) {
    if (!message.isEmpty() && !message.contains("{")) {
      schema.setDescription(
          Stream.of(schema.getDescription(), message)
              .filter(text -> text != null)
              .collect(Collectors.joining("; ")));
    }
  }

  private static boolean is(Schema schema, SchemaType... types) {
    return schema.getType() != null && Stream.of(types).anyMatch(schema.getType()::contains);
  }

  private static boolean isNumber(Schema schema) {
    return is(schema, SchemaType.INTEGER, SchemaType.NUMBER);
  }

  private static boolean least(Schema schema, BigDecimal value) {
    if (isNumber(schema)
        && (schema.getMinimum() == null || schema.getMinimum().compareTo(value) < 0)) {
      schema.setMinimum(value);
    }
    return isNumber(schema);
  }

  private static boolean most(Schema schema, BigDecimal value) {
    if (isNumber(schema)
        && (schema.getMaximum() == null || schema.getMaximum().compareTo(value) > 0)) {
      schema.setMaximum(value);
    }
    return isNumber(schema);
  }

  private static boolean moreThan(Schema schema, BigDecimal value) {
    if (is(schema, SchemaType.INTEGER)) {
      return least(schema, next(value));
    }
    if (isNumber(schema)) {
      schema.setExclusiveMinimum(value);
    }
    return isNumber(schema);
  }

  private static BigDecimal next(BigDecimal value) {
    BigInteger floor = value.setScale(0, RoundingMode.FLOOR).toBigInteger();
    return new BigDecimal(floor.add(BigInteger.ONE));
  }

  private static boolean lessThan(Schema schema, BigDecimal value) {
    if (is(schema, SchemaType.INTEGER)) {
      return most(schema, next(value.negate()).negate());
    }
    if (isNumber(schema)) {
      schema.setExclusiveMaximum(value);
    }
    return isNumber(schema);
  }

  private static boolean digits(Schema schema, Digits digits) {
    if (isNumber(schema)) {
      BigDecimal limit = BigDecimal.ONE.scaleByPowerOfTen(digits.integer());
      lessThan(schema, limit);
      moreThan(schema, limit.negate());
      if (!is(schema, SchemaType.INTEGER)) {
        schema.setMultipleOf(BigDecimal.ONE.movePointLeft(digits.fraction()));
      }
    }
    return isNumber(schema);
  }

  private static boolean size(Schema schema, int least, int most) {
    if (is(schema, SchemaType.STRING)) {
      schema.setMinLength(larger(schema.getMinLength(), least));
      schema.setMaxLength(smaller(schema.getMaxLength(), most));
    } else if (is(schema, SchemaType.ARRAY)) {
      schema.setMinItems(larger(schema.getMinItems(), least));
      schema.setMaxItems(smaller(schema.getMaxItems(), most));
    } else if (is(schema, SchemaType.OBJECT)) {
      schema.setMinProperties(larger(schema.getMinProperties(), least));
      schema.setMaxProperties(smaller(schema.getMaxProperties(), most));
    } else {
      return false;
    }
    return true;
  }

  private static @Nullable Integer larger(@Nullable Integer known, int least) {
    return least == 0 || (known != null && known >= least) ? known : Integer.valueOf(least);
  }

  private static @Nullable Integer smaller(@Nullable Integer known, int most) {
    boolean isNone = most == Integer.MAX_VALUE;
    return isNone || (known != null && known <= most) ? known : Integer.valueOf(most);
  }

  /** All patterns hold: a schema has one, and others beside it. */
  private static boolean pattern(Schema schema, String pattern) {
    if (!is(schema, SchemaType.STRING)) {
      return false;
    }
    if (schema.getPattern() == null) {
      schema.setPattern(pattern);
    } else if (!schema.getPattern().equals(pattern)) {
      schema.addAllOf(Scalars.text().pattern(pattern));
    }
    return true;
  }
}
