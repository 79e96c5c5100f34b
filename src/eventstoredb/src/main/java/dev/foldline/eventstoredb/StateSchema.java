package dev.foldline.eventstoredb;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import dev.foldline.core.Decider;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a decider's state, found by following its sealed interfaces and records.
 *
 * @param root the type of all states
 * @param version another one whenever the shape changes, or the decider says so
 * @param json writes states and reads them, each record of a sealed interface under its simple name
 */
record StateSchema(Class<?> root, String version, ObjectMapper json) {

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "@type")
  private interface Named {}

  static StateSchema of(Decider<?, ?, ?> decider) {
    Class<?> root = root(decider.initial().getClass());
    Map<Class<?>, String> shape = new LinkedHashMap<>();
    describe(root, shape);
    ObjectMapper json =
        Json.MAPPER.copy().disable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);
    for (Class<?> type : shape.keySet()) {
      if (type.isSealed()) {
        json.addMixIn(type, Named.class);
        for (Class<?> permitted : type.getPermittedSubclasses()) {
          json.registerSubtypes(new NamedType(permitted, permitted.getSimpleName()));
        }
      }
    }
    return new StateSchema(root, hash(decider.stateVersion() + " " + shape.values()), json);
  }

  private static Class<?> root(Class<?> type) {
    for (Class<?> parent : type.getInterfaces()) {
      if (parent.isSealed()) {
        return root(parent);
      }
    }
    return type;
  }

  private static void describe(Type type, Map<Class<?>, String> shape) {
    if (type instanceof ParameterizedType generic) {
      describe(generic.getRawType(), shape);
      for (Type argument : generic.getActualTypeArguments()) {
        describe(argument, shape);
      }
    } else if (type instanceof Class<?> known && !shape.containsKey(known)) {
      shape.put(known, known.getName());
      RecordComponent @Nullable [] components = known.getRecordComponents();
      if (components != null) {
        shape.put(known, known.getName() + Arrays.toString(components));
        for (RecordComponent component : components) {
          describe(component.getGenericType(), shape);
        }
      } else if (known.isSealed()) {
        for (Class<?> permitted : known.getPermittedSubclasses()) {
          describe(permitted, shape);
        }
      } else if (known.isEnum()) {
        shape.put(known, known.getName() + Arrays.toString(known.getEnumConstants()));
      }
    }
  }

  private static String hash(String shape) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(shape.getBytes(UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
