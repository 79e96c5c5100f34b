package dev.foldline.eventstoredb.snapshots;

import static java.nio.charset.StandardCharsets.UTF_8;

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
 */
record StateSchema(Class<?> root, String version) {

  static StateSchema of(Decider<?, ?, ?> decider) {
    Class<?> root = root(decider.initial().getClass());
    Map<Class<?>, String> shape = new LinkedHashMap<>();
    describe(root, shape);
    return new StateSchema(root, hash(decider.stateVersion() + " " + shape.values()));
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
