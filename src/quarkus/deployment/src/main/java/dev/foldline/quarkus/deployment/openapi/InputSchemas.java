package dev.foldline.quarkus.deployment.openapi;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.CreatorProperty;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedClassResolver;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import dev.foldline.eventstoredb.events.Json;
import jakarta.validation.Validator;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of what functions take: as Foldline's reader reads it, and Bean Validation checks.
 */
final class InputSchemas {

  private static final Set<Class<?>> OPTIONALS =
      Set.of(OptionalInt.class, OptionalLong.class, OptionalDouble.class);

  private final Components components;
  private final Validator validator;
  private final DeserializationConfig config = Json.FROM_OTHERS.getDeserializationConfig();
  private final DefaultDeserializationContext reader =
      ((DefaultDeserializationContext) Json.FROM_OTHERS.getDeserializationContext())
          .createDummyInstance(config);

  InputSchemas(Components components, Validator validator) {
    this.components = components;
    this.validator = validator;
  }

  /** A component of an input, as it is called in a request. */
  record Property(String name, Schema schema, boolean isRequired) {}

  /** That of a body. */
  Schema of(Type input) {
    return schema(config.getTypeFactory().constructType(input), null, Rules.OF_INPUT);
  }

  /** Those that a query string can give: what is one value. */
  List<Property> inQuery(Type input) {
    JavaType type = config.getTypeFactory().constructType(input);
    return bean(type).map(bean -> properties(type, bean, Rules.OF_INPUT)).orElse(List.of()).stream()
        .filter(property -> isText(property.type()))
        .map(Member::inQuery)
        .toList();
  }

  private boolean isText(JavaType type) {
    JavaType value = type.isReferenceType() ? type.getReferencedType() : type;
    return value.isEnumType()
        || Scalars.of(value.getRawClass()) != null
        || bean(value).filter(it -> delegate(it).isPresent()).isPresent();
  }

  /**
   * A component.
   *
   * @param mayBeNull and then it may be missing, too
   */
  private record Member(String name, JavaType type, Schema schema, boolean mayBeNull) {

    Property inQuery() {
      return new Property(name, schema, !mayBeNull);
    }

    Property inBody() {
      return new Property(name, mayBeNull ? orNull(schema) : schema, !mayBeNull);
    }
  }

  private Schema schema(JavaType type, @Nullable AnnotatedType declared, Rules rules) {
    if (type.isReferenceType() && !OPTIONALS.contains(type.getRawClass())) {
      return schema(type.getReferencedType(), argument(declared, 0), rules.content(0));
    }
    Schema schema = unruled(type, declared, rules);
    rules.addTo(schema);
    return schema;
  }

  private Schema unruled(JavaType type, @Nullable AnnotatedType declared, Rules rules) {
    Schema scalar = Scalars.of(type.getRawClass());
    if (scalar != null) {
      return scalar;
    } else if (type.isEnumType()) {
      return constants(type.getRawClass());
    } else if (type.isMapLikeType()) {
      Schema names = schema(type.getKeyType(), null, rules.content(0));
      Schema map =
          Scalars.of(SchemaType.OBJECT)
              .additionalPropertiesSchema(content(type, declared, 1, rules.content(1)));
      return type.getKeyType().hasRawClass(String.class) && rules.content(0).constraints().isEmpty()
          ? map
          : map.propertyNames(names);
    } else if (type.isArrayType() || type.isCollectionLikeType()) {
      return Scalars.of(SchemaType.ARRAY).items(content(type, declared, 0, rules.content(0)));
    }
    TypeDeserializer kinds = kinds(type);
    return kinds == null ? object(type, null, rules) : oneOf(type, kinds, rules);
  }

  private static Schema constants(Class<?> type) {
    Schema schema = Scalars.text();
    for (Object constant : type.getEnumConstants()) {
      schema.addEnumeration(Json.MAPPER.convertValue(constant, String.class));
    }
    return schema;
  }

  private Schema content(JavaType type, @Nullable AnnotatedType declared, int index, Rules rules) {
    AnnotatedType content = argument(declared, index);
    Schema schema = schema(type.getContentType(), content, rules);
    boolean mayBeNull =
        (content == null || isOptional(type.getContentType()) || Json.mayBeNull(content))
            && !rules.forbidNull();
    return mayBeNull ? orNull(schema) : schema;
  }

  static @Nullable AnnotatedType argument(@Nullable AnnotatedType declared, int index) {
    return switch (declared) {
      case AnnotatedParameterizedType generic
          when generic.getAnnotatedActualTypeArguments().length > index ->
          generic.getAnnotatedActualTypeArguments()[index];
      case AnnotatedArrayType array -> array.getAnnotatedGenericComponentType();
      case null, default -> null;
    };
  }

  static boolean isOptional(JavaType type) {
    return type.isReferenceType() || OPTIONALS.contains(type.getRawClass());
  }

  static Schema orNull(Schema schema) {
    List<SchemaType> types = schema.getType();
    if (types != null && schema.getEnumeration() == null) {
      return schema.type(Stream.concat(types.stream(), Stream.of(SchemaType.NULL)).toList());
    }
    boolean isAny =
        types == null
            && schema.getRef() == null
            && schema.getOneOf() == null
            && schema.getAnyOf() == null;
    return isAny
        ? schema
        : OASFactory.createSchema().addAnyOf(schema).addAnyOf(Scalars.of(SchemaType.NULL));
  }

  private @Nullable TypeDeserializer kinds(JavaType type) {
    try {
      return reader.getFactory().findTypeDeserializer(config, type);
    } catch (JsonMappingException e) {
      throw unreadable(type, e);
    }
  }

  private static IllegalStateException unreadable(JavaType type, JsonMappingException e) {
    return new IllegalStateException(type + " is in a function's input, and can't be read", e);
  }

  private Schema oneOf(JavaType type, TypeDeserializer kinds, Rules rules) {
    String tag = kinds.getPropertyName();
    var discriminator = OASFactory.createDiscriminator().propertyName(tag);
    Schema schema = OASFactory.createSchema().discriminator(discriminator);
    AnnotatedClass declared = AnnotatedClassResolver.resolve(config, type, config);
    config.getSubtypeResolver().collectAndResolveSubtypesByTypeId(config, declared).stream()
        .filter(kind -> kind.getName() != null && kind.getType() != type.getRawClass())
        .sorted(Comparator.comparing(NamedType::getName))
        .forEach(
            kind -> {
              JavaType leaf =
                  config.getTypeFactory().constructSpecializedType(type, kind.getType());
              Schema one = object(leaf, new Kind(tag, kind.getName()), rules);
              schema.addOneOf(one);
              discriminator.addMapping(kind.getName(), one.getRef());
            });
    return schema;
  }

  /** How an object says which of the kinds of its interface it is. */
  private record Kind(String tag, String name) {}

  private Schema object(JavaType type, @Nullable Kind kind, Rules rules) {
    Optional<BeanDeserializerBase> bean = bean(type);
    Optional<JavaType> delegate = bean.flatMap(this::delegate);
    if (delegate.isPresent()) {
      return schema(delegate.get(), null, Rules.NONE);
    } else if (bean.isEmpty()) {
      return OASFactory.createSchema(); // read by code of the application's own
    }
    boolean isValidated =
        rules.isValidated()
            && validator.getConstraintsForClass(type.getRawClass()).isBeanConstrained();
    String use = (isValidated ? "validated" : "input") + (kind == null ? "" : "-of-kind");
    Rules own = isValidated ? Rules.OF_INPUT : Rules.NONE;
    return components.refer(
        type,
        use,
        () -> {
          Schema schema =
              Scalars.of(SchemaType.OBJECT)
                  .additionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false));
          if (kind != null) {
            schema.addProperty(kind.tag(), Scalars.text().constValue(kind.name()));
            schema.addRequired(kind.tag());
          }
          for (Member member : properties(type, bean.get(), own)) {
            Property property = member.inBody();
            schema.addProperty(property.name(), property.schema());
            if (property.isRequired()) {
              schema.addRequired(property.name());
            }
          }
          if (isValidated) {
            new Rules(
                    validator.getConstraintsForClass(type.getRawClass()).getConstraintDescriptors(),
                    Set.of(),
                    false)
                .addTo(schema);
          }
          return schema;
        });
  }

  private Optional<BeanDeserializerBase> bean(JavaType type) {
    try {
      JsonDeserializer<?> found = reader.findContextualValueDeserializer(type, null);
      return found instanceof BeanDeserializerBase bean ? Optional.of(bean) : Optional.empty();
    } catch (JsonMappingException e) {
      throw unreadable(type, e);
    }
  }

  /** What it is made of as a whole, where it is no object. */
  private Optional<JavaType> delegate(BeanDeserializerBase bean) {
    ValueInstantiator maker = bean.getValueInstantiator();
    if (maker.canCreateUsingDelegate()) {
      return Optional.of(maker.getDelegateType(config));
    } else if (maker.canCreateFromObjectWith() || maker.canCreateUsingDefault()) {
      return Optional.empty();
    }
    Optional<Class<?>> scalar =
        maker.canCreateFromString()
            ? Optional.of(String.class)
            : maker.canCreateFromLong()
                ? Optional.of(long.class)
                : maker.canCreateFromInt()
                    ? Optional.of(int.class)
                    : maker.canCreateFromDouble()
                        ? Optional.of(double.class)
                        : maker.canCreateFromBoolean()
                            ? Optional.of(boolean.class)
                            : Optional.empty();
    return scalar.map(config::constructType);
  }

  private List<Member> properties(JavaType type, BeanDeserializerBase bean, Rules rules) {
    return inOrder(bean).stream()
        .map(property -> member(type.getRawClass(), property, rules))
        .toList();
  }

  /** In the order of a record. */
  private static List<SettableBeanProperty> inOrder(BeanDeserializerBase bean) {
    List<SettableBeanProperty> properties = new ArrayList<>();
    bean.properties().forEachRemaining(properties::add);
    properties.sort(
        Comparator.comparingInt(
            property -> property instanceof CreatorProperty it ? it.getCreatorIndex() : -1));
    return properties;
  }

  private Member member(Class<?> owner, SettableBeanProperty property, Rules ofOwner) {
    Optional<RecordComponent> component = component(owner, property);
    Rules rules =
        ofOwner.isValidated()
            ? component
                .map(RecordComponent::getName)
                .or(() -> Optional.of(property.getMember().getName()))
                .map(validator.getConstraintsForClass(owner)::getConstraintsForProperty)
                .map(Rules::of)
                .orElse(Rules.NONE)
            : Rules.NONE;
    AnnotatedType declared = component.map(RecordComponent::getAnnotatedType).orElse(null);
    Schema schema = schema(property.getType(), declared, rules);
    JsonFormat.Value format = property.findPropertyFormat(config, property.getType().getRawClass());
    if (format.hasPattern() && schema.getFormat() != null) {
      schema.setFormat(null);
      schema.setDescription("in the form " + format.getPattern());
    }
    return new Member(
        property.getName(), property.getType(), schema, mayBeNull(property) && !rules.forbidNull());
  }

  private static Optional<RecordComponent> component(
      Class<?> owner, SettableBeanProperty property) {
    return owner.isRecord()
        ? Stream.of(owner.getRecordComponents())
            .filter(component -> component.getName().equals(internalName(property, owner)))
            .findFirst()
        : Optional.empty();
  }

  /** A component may be called otherwise in JSON: a record's creator has them in their order. */
  private static String internalName(SettableBeanProperty property, Class<?> owner) {
    int index = property.getCreatorIndex();
    return owner.getRecordComponents()[index].getName();
  }

  private boolean mayBeNull(SettableBeanProperty property) {
    return !property.isRequired()
        && !property.getType().isPrimitive()
        && config
                .getAnnotationIntrospector()
                .findSetterInfo(property.getMember())
                .nonDefaultValueNulls()
            != Nulls.FAIL;
  }
}
