package dev.foldline.quarkus.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.foldline.core.Invalid;
import dev.foldline.eventstoredb.events.Json;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.Validator;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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

  private static final int LONGEST_PATH = 200;

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
      String field = path(violation);
      throw new Invalid(field, field + " " + violation.getMessage());
    }
    return input;
  }

  /** As the request has it, which may call a component otherwise than its record does. */
  private String path(ConstraintViolation<?> violation) {
    StringBuilder path = new StringBuilder();
    JavaType owner = type;
    for (Path.Node node : violation.getPropertyPath()) {
      if (node.getIndex() != null) {
        path.append('[').append(node.getIndex()).append(']');
      } else if (node.getKey() != null) {
        path.append('.').append(node.getKey());
      }
      if (node.getKind() == ElementKind.PROPERTY) {
        Optional<BeanPropertyDefinition> component = component(owner, node.getName());
        path.append(path.isEmpty() ? "" : ".")
            .append(component.map(BeanPropertyDefinition::getName).orElse(node.getName()));
        owner = component.map(BeanPropertyDefinition::getPrimaryType).orElse(owner);
      }
    }
    return path.toString();
  }

  /**
   * Of what is in lists and maps of a type.
   *
   * @return none of a type whose kinds have components of their own
   */
  private static Optional<BeanPropertyDefinition> component(JavaType type, String name) {
    JavaType owner = type;
    while (owner.getContentType() != null) {
      owner = owner.getContentType();
    }
    return BODY.getDeserializationConfig().introspect(owner).findProperties().stream()
        .filter(component -> component.getInternalName().equals(name))
        .findFirst();
  }

  /** Jackson's own words name classes and repeat what was sent. */
  private static Invalid invalid(IOException failure) {
    return switch (failure) {
      case UnrecognizedPropertyException e -> new Invalid(path(e), path(e) + " is unknown here");
      case JsonMappingException e when e.getCause() instanceof Invalid own ->
          new Invalid(joined(path(e), own.field()), own.detail());
      case ValueInstantiationException e ->
          new Invalid(path(e), (path(e).isEmpty() ? "the request" : path(e)) + " is not valid");
      case JsonMappingException e when !path(e).isEmpty() ->
          new Invalid(path(e), path(e) + " " + Expected.of(e));
      case JsonMappingException _ -> new Invalid("", "the body is no JSON object");
      case StreamConstraintsException _ ->
          new Invalid("", "the body nests too deeply, or holds a name or value that is too long");
      case JsonProcessingException e ->
          new Invalid("", "the body is malformed JSON" + place(e.getLocation()));
      default -> new Invalid("", "the request can't be read");
    };
  }

  /** As the request has it, and no longer than it helps to find the place. */
  private static String path(JsonMappingException e) {
    String path = Json.path(e);
    return path.length() <= LONGEST_PATH ? path : path.substring(0, LONGEST_PATH) + "…";
  }

  private static String place(@Nullable JsonLocation at) {
    return at == null ? "" : ", at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static String joined(String path, String field) {
    return path + (path.isEmpty() || field.isEmpty() || field.startsWith("[") ? "" : ".") + field;
  }
}
