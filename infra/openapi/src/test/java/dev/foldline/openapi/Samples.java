package dev.foldline.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.github.curiousoddman.rgxgen.RgxGen;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/** Makes values that a schema allows, and such as break it in one place. */
final class Samples {

  private static final JsonNodeFactory NODES = new JsonNodeFactory(true);
  private static final int DEEP = 4;
  private static final int TRIES = 500;

  private static final List<JsonNode> OF_OTHER_TYPES =
      List.of(
          TextNode.valueOf("nonsense ¼"),
          DecimalNode.valueOf(new BigDecimal("0.25")),
          BooleanNode.TRUE,
          NODES.arrayNode(),
          NODES.objectNode(),
          NullNode.instance);

  private final Document document;
  private final Random random;

  Samples(Document document, long seed) {
    this.document = document;
    this.random = new Random(seed);
  }

  /** How much of what need not be there is. */
  enum Fullness {
    LEAST,
    SOME,
    MOST
  }

  /**
   * A value that is wrong in one place.
   *
   * @param field the place
   * @param what is wrong there
   */
  record Broken(String field, String what, JsonNode value) {}

  JsonNode valid(JsonNode schema, Fullness fullness) {
    for (int i = 0; i < TRIES; i++) {
      JsonNode value = value(schema, fullness, 0);
      if (document.allows(schema, value)) {
        return value;
      }
    }
    throw new IllegalStateException("no value was found for " + schema);
  }

  private JsonNode value(JsonNode reference, Fullness fullness, int depth) {
    JsonNode schema = document.resolved(reference);
    if (schema.has("const")) {
      return schema.path("const");
    } else if (schema.has("enum")) {
      return any(children(schema.path("enum")));
    } else if (schema.has("oneOf")) {
      List<JsonNode> kinds = children(schema.path("oneOf"));
      return value(depth > DEEP ? kinds.getFirst() : any(kinds), fullness, depth);
    } else if (schema.has("anyOf")) {
      List<JsonNode> others = children(schema.path("anyOf"));
      return value(
          fullness == Fullness.MOST && depth <= DEEP
              ? others.getFirst()
              : depth > DEEP ? others.getLast() : any(others),
          fullness,
          depth);
    }
    return switch (type(schema, fullness)) {
      case "string" -> TextNode.valueOf(text(schema));
      case "integer" -> BigIntegerNode.valueOf(number(schema).toBigInteger());
      case "number" -> DecimalNode.valueOf(number(schema));
      case "boolean" -> BooleanNode.valueOf(random.nextBoolean());
      case "array" -> list(schema, fullness, depth);
      case "object" -> object(schema, fullness, depth);
      case "null" -> NullNode.instance;
      default -> any(OF_OTHER_TYPES);
    };
  }

  private String type(JsonNode schema, Fullness fullness) {
    List<JsonNode> types =
        schema.path("type").isArray()
            ? children(schema.path("type"))
            : List.of(schema.path("type"));
    return (fullness == Fullness.MOST ? types.getFirst() : any(types)).asText();
  }

  private <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private static List<JsonNode> children(JsonNode node) {
    List<JsonNode> children = new ArrayList<>();
    node.forEach(children::add);
    return children;
  }

  private JsonNode object(JsonNode schema, Fullness fullness, int depth) {
    ObjectNode object = NODES.objectNode();
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              boolean isThere =
                  isRequired(schema, property.getKey())
                      || (fullness == Fullness.MOST && depth < DEEP)
                      || (fullness == Fullness.SOME && depth < DEEP && random.nextBoolean());
              if (isThere) {
                object.set(property.getKey(), value(property.getValue(), fullness, depth + 1));
              }
            });
    JsonNode others = schema.path("additionalProperties");
    if (others.isObject()) {
      int least = schema.path("minProperties").asInt(0);
      JsonNode names = schema.path("propertyNames");
      for (int i = 0; i < Math.max(least, depth < DEEP ? 1 + random.nextInt(2) : 0); i++) {
        String name = names.isMissingNode() ? "key " + i : value(names, fullness, depth).asText();
        object.set(name, value(others, fullness, depth + 1));
      }
    }
    return object;
  }

  private static boolean isRequired(JsonNode schema, String property) {
    return children(schema.path("required")).contains(TextNode.valueOf(property));
  }

  private JsonNode list(JsonNode schema, Fullness fullness, int depth) {
    ArrayNode list = NODES.arrayNode();
    int least = schema.path("minItems").asInt(0);
    int most = Math.min(schema.path("maxItems").asInt(3), least + 3);
    int size =
        depth >= DEEP
            ? least
            : fullness == Fullness.MOST
                ? Math.max(1, most)
                : least + random.nextInt(most - least + 1);
    for (int i = 0; i < size; i++) {
      list.add(value(schema.path("items"), fullness, depth + 1));
    }
    return list;
  }

  private BigDecimal number(JsonNode schema) {
    boolean isWhole = schema.path("type").toString().contains("integer");
    BigDecimal step =
        schema.has("multipleOf")
            ? schema.path("multipleOf").decimalValue()
            : new BigDecimal(isWhole ? "1" : "0.125");
    BigDecimal least =
        schema.has("minimum")
            ? schema.path("minimum").decimalValue()
            : schema.has("exclusiveMinimum")
                ? schema.path("exclusiveMinimum").decimalValue().add(step)
                : new BigDecimal("-1000000");
    BigDecimal most =
        schema.has("maximum")
            ? schema.path("maximum").decimalValue()
            : schema.has("exclusiveMaximum")
                ? schema.path("exclusiveMaximum").decimalValue().subtract(step)
                : new BigDecimal(
                        isWhole && !schema.has("format")
                            ? "123456789012345678901234567890"
                            : "1000000")
                    .max(least);
    return switch (random.nextInt(4)) {
      case 0 -> least;
      case 1 -> most;
      default ->
          least.add(
              most.subtract(least)
                  .multiply(BigDecimal.valueOf(random.nextDouble()))
                  .divide(step, 0, RoundingMode.DOWN)
                  .multiply(step));
    };
  }

  private String text(JsonNode schema) {
    String format = schema.path("format").asText();
    List<String> patterns = schema.findValuesAsText("pattern");
    String pattern =
        patterns.size() > 1
            ? any(patterns)
            : schema.path("pattern").asText("[^\\x00-\\x1f]{0,12}|ä{0,3}€?[\\w -]{0,9}");
    return switch (format) {
      case "date-time" -> Instant.ofEpochSecond(random.nextInt()).toString();
      case "date" -> LocalDate.ofEpochDay(random.nextInt(40_000)).toString();
      case "time" -> LocalTime.ofSecondOfDay(random.nextInt(86_400)) + ":00Z";
      case "uuid" -> new UUID(random.nextLong(), random.nextLong()).toString();
      case "uri", "uri-reference" -> "https://example.com/" + random.nextInt();
      case "duration" -> "PT" + (1 + random.nextInt(500)) + "M";
      default ->
          schema.path("contentEncoding").asText().equals("base64")
              ? "AQID"
              : sized(schema, matching(pattern));
    };
  }

  private String sized(JsonNode schema, String text) {
    int least = schema.path("minLength").asInt(0);
    int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
    return schema.has("pattern")
        ? text
        : (text + "x".repeat(Math.max(0, least - text.length())))
            .substring(0, Math.min(most, Math.max(least, text.length())));
  }

  /** A text that a pattern is found in. */
  String matching(String pattern) {
    if (pattern.startsWith("[^\\t-")) { // which rgxgen does not know
      return matching("[a-zä ]{0,3}[a-z]");
    }
    return RgxGen.parse(
            pattern
                .replaceAll("^\\^|\\$$", "")
                .replace("(?=.)", "")
                .replace("\\p{Cs}", "\\x00")
                .replace("[\\t-\\r ]", " "))
        .generate(random);
  }

  /** All ways in which a value is broken in one place. */
  List<Broken> broken(JsonNode schema, JsonNode value) {
    List<Broken> all = new ArrayList<>();
    breakIn(schema, value, "", changed -> changed, all);
    return all.stream().filter(each -> !document.allows(schema, each.value())).toList();
  }

  private void breakIn(
      JsonNode reference,
      JsonNode value,
      String field,
      Function<JsonNode, JsonNode> whole,
      List<Broken> all) {
    JsonNode schema = document.resolved(reference);
    if (schema.has("oneOf") || schema.has("anyOf")) {
      Stream.concat(
              children(schema.path("oneOf")).stream(), children(schema.path("anyOf")).stream())
          .filter(kind -> document.allows(kind, value))
          .findFirst()
          .ifPresent(kind -> breakIn(kind, value, field, whole, all));
      return;
    }
    OF_OTHER_TYPES.stream()
        .filter(other -> other.getNodeType() != value.getNodeType() || value.isTextual())
        .forEach(other -> all.add(new Broken(field, "another type", whole.apply(other))));
    replacements(schema, value)
        .forEach(other -> all.add(new Broken(field, "out of bounds", whole.apply(other))));
    if (value instanceof ObjectNode object) {
      breakObject(schema, object, field, whole, all);
    } else if (value instanceof ArrayNode list && !list.isEmpty()) {
      breakIn(
          schema.path("items"),
          list.get(0),
          field + "[0]",
          changed -> whole.apply(withFirst(list, changed)),
          all);
    }
  }

  private static ArrayNode withFirst(ArrayNode list, JsonNode first) {
    ArrayNode changed = list.deepCopy();
    changed.set(0, first);
    return changed;
  }

  private void breakObject(
      JsonNode schema,
      ObjectNode object,
      String field,
      Function<JsonNode, JsonNode> whole,
      List<Broken> all) {
    boolean isClosed = schema.path("additionalProperties").isBoolean();
    if (isClosed) {
      all.add(
          new Broken(
              joined(field, "unheard-of"),
              "unknown",
              whole.apply(object.deepCopy().put("unheard-of", 1))));
    }
    for (String name : names(object)) {
      JsonNode own =
          isClosed ? schema.path("properties").path(name) : schema.path("additionalProperties");
      boolean isTag = document.resolved(own).has("const");
      String place = isTag ? field : joined(field, name);
      if (isClosed) {
        ObjectNode without = object.deepCopy();
        without.remove(name);
        all.add(new Broken(place, "missing", whole.apply(without)));
      }
      breakIn(
          own,
          object.path(name),
          place,
          changed -> whole.apply(object.deepCopy().set(name, changed)),
          all);
    }
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String joined(String field, String name) {
    return field.isEmpty() ? name : field + "." + name;
  }

  /** Such as are of the right type, and perhaps not within its bounds. */
  private static List<JsonNode> replacements(JsonNode schema, JsonNode value) {
    List<JsonNode> others = new ArrayList<>();
    if (value.isNumber()) {
      for (String bound : List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")) {
        if (schema.has(bound)) {
          BigDecimal limit = schema.path(bound).decimalValue();
          others.add(number(value, limit));
          others.add(number(value, limit.subtract(BigDecimal.ONE)));
          others.add(number(value, limit.add(BigDecimal.ONE)));
        }
      }
      if (schema.has("multipleOf")) {
        others.add(DecimalNode.valueOf(schema.path("multipleOf").decimalValue().movePointLeft(1)));
      }
    } else if (value.isTextual()) {
      others.add(TextNode.valueOf(""));
      others.add(TextNode.valueOf(" "));
      others.add(TextNode.valueOf("\u0007"));
      others.add(TextNode.valueOf("no such ¼ thing"));
      others.add(TextNode.valueOf("x".repeat(schema.path("minLength").asInt(1) - 1)));
      others.add(TextNode.valueOf("x".repeat(schema.path("maxLength").asInt(2_000) + 1)));
      others.add(TextNode.valueOf(value.asText().repeat(300)));
    } else if (value instanceof ArrayNode list && !list.isEmpty()) {
      ArrayNode more = list.deepCopy();
      while (more.size() <= schema.path("maxItems").asInt(0)) {
        more.add(list.get(0));
      }
      others.add(more);
      others.add(NODES.arrayNode());
    } else if (value.isObject() && schema.has("minProperties")) {
      others.add(NODES.objectNode());
    }
    return others;
  }

  private static JsonNode number(JsonNode like, BigDecimal value) {
    return like.isIntegralNumber()
        ? BigIntegerNode.valueOf(value.toBigInteger())
        : DecimalNode.valueOf(value);
  }
}
