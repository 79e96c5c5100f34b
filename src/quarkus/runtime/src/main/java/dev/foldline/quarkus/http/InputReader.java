package dev.foldline.quarkus.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.foldline.core.Invalid;
import dev.foldline.eventstoredb.Json;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.io.IOException;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the input of one function, strictly: what is missing, unknown, of the wrong type or out of
 * range is an {@link Invalid} that names the field.
 */
final class InputReader {

  private static final JsonMapper BODY = Json.FROM_OTHERS;

  /** In a query string everything is text. */
  private static final JsonMapper QUERY =
      BODY.rebuild().enable(MapperFeature.ALLOW_COERCION_OF_SCALARS).build();

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
        String field = Json.path(e);
        yield new Invalid(field, field + " is unknown here");
      }
      case JsonMappingException e when e.getCause() instanceof Invalid own ->
          new Invalid(joined(Json.path(e), own.field()), own.detail());
      case ValueInstantiationException e -> {
        String field = Json.path(e);
        yield new Invalid(field, (field.isEmpty() ? "the request" : field) + " is not valid");
      }
      case JsonMappingException e when !Json.path(e).isEmpty() ->
          new Invalid(Json.path(e), Json.path(e) + " " + expected(e));
      case JsonMappingException _ -> new Invalid("", "the body is no JSON object");
      case JsonProcessingException e ->
          new Invalid("", "the body is malformed JSON: " + shortened(e.getOriginalMessage()));
      default -> new Invalid("", "the request can't be read");
    };
  }

  private static String joined(String path, String field) {
    return path + (path.isEmpty() || field.isEmpty() || field.startsWith("[") ? "" : ".") + field;
  }

  private static String expected(JsonMappingException e) {
    @Nullable Class<?> target =
        e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
    if (target == null) {
      return "is malformed or out of range";
    } else if (e instanceof InvalidNullException) {
      return "must be given";
    } else if (target == int.class || target == long.class) {
      return "must be given, as a whole number";
    } else if (WHOLE_NUMBERS.contains(target)) {
      return "must be a whole number";
    } else if (target == String.class) {
      return "must be a text";
    } else if (target == Instant.class || target == OffsetDateTime.class) {
      return "must be a time such as 2026-01-31T12:00:00Z";
    } else {
      return "has the wrong type";
    }
  }

  private static String shortened(String message) {
    return message.length() <= 200 ? message : message.substring(0, 200) + "…";
  }
}
