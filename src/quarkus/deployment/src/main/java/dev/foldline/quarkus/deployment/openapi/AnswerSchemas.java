package dev.foldline.quarkus.deployment.openapi;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonArrayFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonIntegerFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonNumberFormatVisitor;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.PropertyWriter;
import com.fasterxml.jackson.databind.ser.std.BeanSerializerBase;
import com.fasterxml.jackson.databind.util.NameTransformer;
import dev.foldline.eventstoredb.events.Json;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.jspecify.annotations.Nullable;

/** The schemas of what functions answer, as the application's mapper writes it. */
final class AnswerSchemas {

  private final Components components;
  private final ObjectMapper mapper;
  private final SerializerProvider writer;

  /**
   * @param mapper configured as the application's
   */
  AnswerSchemas(Components components, ObjectMapper mapper) {
    this.components = components;
    this.mapper = mapper;
    this.writer = mapper.getSerializerProviderInstance();
  }

  Schema of(Type answer) {
    JavaType type = mapper.constructType(answer);
    Schema schema = schema(type, null);
    return InputSchemas.isOptional(type) ? InputSchemas.orNull(schema) : schema;
  }

  private Schema schema(JavaType type, @Nullable AnnotatedType declared) {
    if (type.isReferenceType()) {
      return schema(type.getReferencedType(), InputSchemas.argument(declared, 0));
    }
    Schema scalar = Scalars.of(type.getRawClass());
    if (scalar != null) {
      return isTime(type) ? time(type, scalar) : scalar;
    } else if (type.isMapLikeType()) {
      return Scalars.of(SchemaType.OBJECT).additionalPropertiesSchema(content(type, declared, 1));
    } else if (type.isArrayType() || type.isCollectionLikeType()) {
      return Scalars.of(SchemaType.ARRAY).items(content(type, declared, 0));
    }
    AnnotatedMember value = writer.getConfig().introspect(type).findJsonValueAccessor();
    if (value != null) {
      return schema(value.getType(), null);
    } else if (type.isEnumType()) {
      return constants(type.getRawClass());
    }
    return type.getRawClass().isSealed() ? anyOf(type) : object(type, Optional.empty());
  }

  private static boolean isTime(JavaType type) {
    return type.getRawClass().getPackage() == Instant.class.getPackage();
  }

  /** As a text, unless the application has it otherwise. */
  private Schema time(JavaType type, Schema asText) {
    Schema[] written = {asText};
    try {
      serializer(type)
          .acceptJsonFormatVisitor(
              new JsonFormatVisitorWrapper.Base(writer) {
                @Override
                public JsonArrayFormatVisitor expectArrayFormat(JavaType array) {
                  written[0] = Scalars.of(SchemaType.ARRAY);
                  return new JsonArrayFormatVisitor.Base(writer);
                }

                @Override
                public JsonNumberFormatVisitor expectNumberFormat(JavaType number) {
                  written[0] = Scalars.of(SchemaType.NUMBER);
                  return new JsonNumberFormatVisitor.Base();
                }

                @Override
                public JsonIntegerFormatVisitor expectIntegerFormat(JavaType number) {
                  written[0] = Scalars.of(SchemaType.NUMBER);
                  return new JsonIntegerFormatVisitor.Base();
                }
              },
              type);
      return written[0];
    } catch (JsonMappingException e) {
      throw unwritable(type, e);
    }
  }

  private JsonSerializer<Object> serializer(JavaType type) {
    try {
      return writer.findValueSerializer(type);
    } catch (JsonMappingException e) {
      throw unwritable(type, e);
    }
  }

  private static IllegalStateException unwritable(JavaType type, JsonMappingException e) {
    return new IllegalStateException(type + " is in a function's answer, and can't be written", e);
  }

  private Schema content(JavaType type, @Nullable AnnotatedType declared, int index) {
    AnnotatedType content = InputSchemas.argument(declared, index);
    Schema schema = schema(type.getContentType(), content);
    boolean mayBeNull =
        InputSchemas.isOptional(type.getContentType())
            || (content != null && Json.mayBeNull(content));
    return mayBeNull ? InputSchemas.orNull(schema) : schema;
  }

  private Schema constants(Class<?> type) {
    Schema schema = Scalars.text();
    for (Object constant : type.getEnumConstants()) {
      schema.addEnumeration(mapper.convertValue(constant, String.class));
    }
    return schema;
  }

  private Schema anyOf(JavaType type) {
    Schema schema = OASFactory.createSchema();
    leaves(type.getRawClass())
        .map(leaf -> mapper.getTypeFactory().constructSpecializedType(type, leaf))
        .forEach(leaf -> schema.addAnyOf(object(leaf, kind(type, leaf))));
    return schema;
  }

  private static Stream<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(AnswerSchemas::leaves).distinct()
        : Stream.of(type);
  }

  /** How an object says which of the kinds of its interface it is, where it does. */
  private record Kind(String tag, String name) {}

  private Optional<Kind> kind(JavaType type, JavaType leaf) {
    try {
      TypeSerializer kinds = writer.findTypeSerializer(type);
      return kinds == null || kinds.getPropertyName() == null
          ? Optional.empty()
          : Optional.of(
              new Kind(
                  kinds.getPropertyName(),
                  kinds.getTypeIdResolver().idFromValueAndType(null, leaf.getRawClass())));
    } catch (JsonMappingException e) {
      throw unwritable(type, e);
    }
  }

  private Schema object(JavaType type, Optional<Kind> kind) {
    return serializer(type) instanceof BeanSerializerBase bean
        ? components.refer(
            type,
            kind.isPresent() ? "answer-of-kind" : "answer",
            () -> {
              Schema schema = Scalars.of(SchemaType.OBJECT);
              kind.ifPresent(
                  it -> {
                    schema.addProperty(it.tag(), Scalars.text().constValue(it.name()));
                    schema.addRequired(it.tag());
                  });
              addProperties(schema, bean, NameTransformer.NOP);
              return schema;
            })
        : OASFactory.createSchema(); // written by code of the application's own
  }

  private void addProperties(Schema schema, JsonSerializer<?> bean, NameTransformer names) {
    for (Iterator<PropertyWriter> all = bean.properties(); all.hasNext(); ) {
      if (all.next() instanceof BeanPropertyWriter property) {
        add(schema, property, names);
      }
    }
  }

  private void add(Schema schema, BeanPropertyWriter property, NameTransformer names) {
    if (property.isUnwrapping()) {
      NameTransformer own =
          writer.getAnnotationIntrospector().findUnwrappingNameTransformer(property.getMember());
      addProperties(
          schema, serializer(property.getType()), NameTransformer.chainedTransformer(names, own));
      return;
    }
    String name = names.transform(property.getName());
    AnnotatedType declared = declared(property.getMember());
    boolean mayBeNull =
        InputSchemas.isOptional(property.getType())
            || Json.mayBeNull(property.getMember().getAnnotated())
            || (declared != null && Json.mayBeNull(declared));
    boolean isOptional = InputSchemas.isOptional(property.getType());
    boolean isThereAlways =
        switch (inclusion(property)) {
          case ALWAYS, USE_DEFAULTS -> true;
          case NON_NULL -> isOptional || !mayBeNull;
          case NON_ABSENT -> !mayBeNull;
          case NON_EMPTY, NON_DEFAULT, CUSTOM -> false;
        };
    Schema value = value(property, declared);
    schema.addProperty(name, mayBeNull && isThereAlways ? InputSchemas.orNull(value) : value);
    if (isThereAlways) {
      schema.addRequired(name);
    }
  }

  /** What is said at a component goes before what is said at its record, and that before all. */
  private JsonInclude.Include inclusion(BeanPropertyWriter property) {
    JavaType owner = mapper.constructType(property.getMember().getDeclaringClass());
    JsonInclude.Value ofAll = writer.getConfig().getDefaultPropertyInclusion();
    JsonInclude.Value ofOwner = writer.getConfig().introspect(owner).findPropertyInclusion(ofAll);
    return ofOwner
        .withOverrides(
            writer.getAnnotationIntrospector().findPropertyInclusion(property.getMember()))
        .getValueInclusion();
  }

  private Schema value(BeanPropertyWriter property, @Nullable AnnotatedType declared) {
    if (property.getAnnotation(JsonRawValue.class) != null) {
      return OASFactory.createSchema();
    }
    Schema schema = schema(property.getType(), declared);
    JsonFormat.Value format =
        property.findPropertyFormat(writer.getConfig(), property.getType().getRawClass());
    if (format.hasPattern() && isTime(property.getType())) {
      return Scalars.text().description("in the form " + format.getPattern());
    }
    return schema;
  }

  private static @Nullable AnnotatedType declared(AnnotatedMember member) {
    return switch (member.getMember()) {
      case Method accessor -> accessor.getAnnotatedReturnType();
      case Field field -> field.getAnnotatedType();
      default -> null;
    };
  }
}
