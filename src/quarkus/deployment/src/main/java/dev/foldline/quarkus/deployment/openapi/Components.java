package dev.foldline.quarkus.deployment.openapi;

import com.fasterxml.jackson.databind.JavaType;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.Schema;

/** The schemas that have a name, each made once: what refers to itself does so by that. */
final class Components {

  private final Map<Object, String> names = new HashMap<>();
  private final Map<String, Class<?>> types = new HashMap<>();
  private final Map<String, Schema> schemas = new LinkedHashMap<>();

  /** All of them, by their names. */
  Map<String, Schema> schemas() {
    return schemas;
  }

  /**
   * Refers to the schema of a type.
   *
   * @param use what else the schema goes by, in its name only if another one has that
   */
  Schema refer(JavaType type, String use, Supplier<Schema> schema) {
    record Key(Type type, String use) {}
    Key key = new Key(type, use);
    String known = names.get(key);
    if (known == null) {
      known = name(type, use);
      names.put(key, known);
      types.put(known, type.getRawClass());
      schemas.put(known, OASFactory.createSchema()); // its place, and that it is taken
      schemas.put(known, schema.get());
    }
    return OASFactory.createSchema().ref("#/components/schemas/" + known);
  }

  private String name(JavaType type, String use) {
    String simple = simple(type, false);
    String nested = simple(type, true);
    boolean isTaken = schemas.containsKey(simple) && types.get(simple) != type.getRawClass();
    return Stream.concat(
            isTaken
                ? Stream.of(nested, nested + "-" + use)
                : Stream.of(simple, simple + "-" + use, nested + "-" + use),
            Stream.iterate(2, number -> number + 1).map(number -> nested + "-" + use + number))
        .filter(name -> !schemas.containsKey(name))
        .findFirst()
        .orElseThrow();
  }

  /** As names of components may be: letters and digits of ASCII, dots, dashes and underscores. */
  private static String simple(JavaType type, boolean nested) {
    Class<?> raw = type.getRawClass();
    StringBuilder name = new StringBuilder(raw.getSimpleName());
    for (Class<?> outer = raw.getEnclosingClass();
        nested && outer != null;
        outer = outer.getEnclosingClass()) {
      name.insert(0, outer.getSimpleName() + ".");
    }
    for (JavaType argument : type.getBindings().getTypeParameters()) {
      name.append('-').append(simple(argument, nested));
    }
    return name.toString().replace("[]", "s").replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
