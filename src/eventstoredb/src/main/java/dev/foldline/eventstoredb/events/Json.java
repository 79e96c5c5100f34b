package dev.foldline.eventstoredb.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.type.CollectionType;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.datatype.jsr310.deser.InstantDeserializer;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one way in which Foldline reads and writes JSON: nothing is guessed, and what is written
 * comes back as it was.
 *
 * <p>A record is its components. A null stands only where a component, or what it is a list, set or
 * map of, is {@code @Nullable}. Times are texts of ISO-8601 and keep their zone, decimals keep
 * every digit. A record of a sealed interface is told by its simple name under {@code @type}. Sets
 * and maps are written in order, so that what is equal is written the same.
 */
public final class Json {

  /** For what Foldline writes itself: every component is there. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModules(
              new JavaTimeModule().disable(JavaTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID),
              new Jdk8Module(),
              new SimpleModule("foldline")
                  .setDeserializerModifier(new TimesAreTexts())
                  .setSerializerModifier(new SetsAreOrdered()))
          .annotationIntrospector(new RecordRules())
          .accessorNaming(new RecordRules.ComponentsOnly())
          .defaultLeniency(false)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
              DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(
              DeserializationFeature.ACCEPT_FLOAT_AS_INT,
              DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfigDefaults(
              config -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
          .withCoercionConfig(
              LogicalType.Textual,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .enable(
              SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS,
              SerializationFeature.WRITE_DATES_WITH_ZONE_ID)
          .disable(
              SerializationFeature.FAIL_ON_EMPTY_BEANS,
              SerializationFeature.WRITE_DATES_AS_TIMESTAMPS,
              SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** For what others write: a component that may be null, or is optional, may also be missing. */
  public static final JsonMapper FROM_OTHERS =
      MAPPER.rebuild().disable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES).build();

  private Json() {}

  /** Where in the JSON something is wrong, such as {@code items[0].sku}; empty for all of it. */
  public static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }

  /** Whether a null may stand where a type is used, or in a component. */
  public static boolean mayBeNull(AnnotatedElement declared) {
    return Declared.isNullable(declared);
  }

  /** A time as a number would leave its unit to be guessed. */
  private static final class TimesAreTexts extends BeanDeserializerModifier {

    @Override
    public JsonDeserializer<?> modifyDeserializer(
        DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
      return RecordRules.isTime(bean.getType()) ? new OfText(deserializer, false) : deserializer;
    }

    private static final class OfText extends DelegatingDeserializer {

      private static final long serialVersionUID = 1;

      /** What Jackson takes for seconds. */
      private static final Pattern NUMBER = Pattern.compile("[-+.\\d\\s]*");

      private final boolean hasPattern;

      OfText(JsonDeserializer<?> deserializer, boolean hasPattern) {
        super(deserializer);
        this.hasPattern = hasPattern;
      }

      @Override
      public JsonDeserializer<?> createContextual(
          DeserializationContext context, @Nullable BeanProperty property)
          throws JsonMappingException {
        return new OfText(
            context.handleSecondaryContextualization(
                getDelegatee(), property, context.constructType(handledType())),
            property != null
                && property.findPropertyFormat(context.getConfig(), handledType()).hasPattern());
      }

      @Override
      protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> deserializer) {
        return new OfText(deserializer, hasPattern);
      }

      @Override
      public Object deserialize(JsonParser json, DeserializationContext context)
          throws IOException {
        if (!json.hasToken(JsonToken.VALUE_STRING)) {
          return context.handleUnexpectedToken(handledType(), json);
        }
        return !hasPattern
                && getDelegatee() instanceof InstantDeserializer<?>
                && NUMBER.matcher(json.getText()).matches()
            ? context.handleWeirdStringValue(handledType(), json.getText(), "it is no time")
            : super.deserialize(json, context);
      }
    }
  }

  /** Sets have no order of their own, or another one in each process. */
  private static final class SetsAreOrdered extends BeanSerializerModifier {

    private static final long serialVersionUID = 1;

    @Override
    public JsonSerializer<?> modifyCollectionSerializer(
        SerializationConfig config,
        CollectionType type,
        BeanDescription bean,
        JsonSerializer<?> serializer) {
      return Set.class.isAssignableFrom(type.getRawClass())
          ? new StdDelegatingSerializer(new InOrder(type.getContentType()))
          : serializer;
    }

    private static final class InOrder extends StdConverter<Set<?>, List<?>> {

      private final JavaType content;

      InOrder(JavaType content) {
        this.content = content;
      }

      @Override
      public List<?> convert(Set<?> set) {
        return set.stream().sorted(Comparator.comparing(String::valueOf)).toList();
      }

      @Override
      public JavaType getOutputType(TypeFactory types) {
        return types.constructCollectionType(List.class, content);
      }
    }
  }
}
