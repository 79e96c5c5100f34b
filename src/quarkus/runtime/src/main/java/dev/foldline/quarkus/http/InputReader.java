package dev.foldline.quarkus.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.foldline.core.Invalid;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.io.IOException;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the input of one function, strictly: what is missing, unknown, of the wrong type or out of
 * range is an {@link Invalid} that names the field.
 */
final class InputReader {

  private static final JsonMapper BODY =
      JsonMapper.builder()
          .addModules(new JavaTimeModule(), new Jdk8Module())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

  /** In a query string everything is text. */
  private static final JsonMapper QUERY =
      BODY.rebuild()
          .enable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfigDefaults(
              config -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
          .build();

  private static final Set<Class<?>> WHOLE_NUMBERS =
      Set.of(
          int.class, long.class, Integer.class, Long.class, OptionalInt.class, OptionalLong.class);

  private final JavaType type;
  private final Validator validator;

  InputReader(Type type, Validator validator) {
    this.type = BODY.constructType(type);
    this.validator = validator;
  }

  Object fromBody(@Nullable Buffer body) {
    if (body == null || body.length() == 0) {
      throw new Invalid("", "the body is missing: it is a JSON object");
    }
    try {
      return valid(BODY.readValue(body.getBytes(), type));
    } catch (IOException e) {
      throw invalid(e);
    }
  }

  Object fromQuery(MultiMap parameters) {
    Map<String, String> values = new HashMap<>();
    for (Map.Entry<String, String> parameter : parameters) {
      if (values.put(parameter.getKey(), parameter.getValue()) != null) {
        throw new Invalid(parameter.getKey(), parameter.getKey() + " is given more than once");
      }
    }
    try {
      return valid(convert(QUERY, values));
    } catch (IllegalArgumentException e) {
      throw invalid(e.getCause() instanceof IOException cause ? cause : new IOException(e));
    }
  }

  private @Nullable Object convert(ObjectMapper mapper, Map<String, String> values) {
    return mapper.convertValue(values, type);
  }

  private Object valid(@Nullable Object input) {
    if (input == null) {
      throw new Invalid("", "the body is null: it is a JSON object");
    }
    Set<ConstraintViolation<Object>> violations = validator.validate(input);
    if (!violations.isEmpty()) {
      ConstraintViolation<Object> violation = violations.iterator().next();
      String field = violation.getPropertyPath().toString();
      throw new Invalid(field, field + " " + violation.getMessage());
    }
    return input;
  }

  private static Invalid invalid(IOException failure) {
    return switch (failure) {
      case UnrecognizedPropertyException e -> {
        String field = path(e);
        yield new Invalid(field, field + " is unknown here");
      }
      case JsonMappingException e when !path(e).isEmpty() ->
          new Invalid(path(e), path(e) + " " + expected(e));
      case JsonMappingException _ -> new Invalid("", "the body is no JSON object");
      case JsonProcessingException e ->
          new Invalid("", "the body is malformed JSON: " + shortened(e.getOriginalMessage()));
      default -> new Invalid("", "the request can't be read");
    };
  }

  private static String path(JsonMappingException e) {
    List<JsonMappingException.Reference> path = e.getPath();
    return path.stream()
        .map(
            step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
        .collect(Collectors.joining("."));
  }

  private static String expected(JsonMappingException e) {
    @Nullable Class<?> target =
        e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
    if (target == null) {
      return "is malformed or out of range";
    } else if (target == int.class || target == long.class) {
      return "must be given, as a whole number";
    } else if (WHOLE_NUMBERS.contains(target)) {
      return "must be a whole number";
    } else if (target == String.class) {
      return "must be a text";
    } else if (target == Instant.class) {
      return "must be a time such as 2026-01-31T12:00:00Z";
    } else {
      return "has the wrong type";
    }
  }

  private static String shortened(String message) {
    return message.length() <= 200 ? message : message.substring(0, 200) + "…";
  }
}
