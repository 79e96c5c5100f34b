package dev.foldline.eventstoredb;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.foldline.core.EventTypes;
import dev.foldline.core.Recorded;
import dev.foldline.core.Shape;
import dev.foldline.core.UnknownEvent;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Events to stored JSON and back, by their stable names.
 *
 * <p>What was stored in an older shape comes back as what its upcasters make of it, which may be
 * several events. Nothing is guessed: an unknown name or version, a field that the record does not
 * have and one that it misses are an {@link UnknownEvent}.
 */
public final class EventCodec {

  private static final byte[] NO_METADATA = {};
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModules(new JavaTimeModule(), new Jdk8Module())
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  /** By every name and version that can be read. */
  private final Map<String, EventTypes<?>> families = new HashMap<>();

  private final Map<Class<?>, String> names = new HashMap<>();

  /**
   * @param families all event families of the application
   * @throws IllegalArgumentException if two of them share a stored name
   */
  public EventCodec(Collection<? extends EventTypes<?>> families) {
    families.forEach(this::add);
  }

  private void add(EventTypes<?> family) {
    for (String name : family.names()) {
      if (families.put(name, family) != null) {
        throw new IllegalArgumentException("the stored name '" + name + "' is given twice");
      }
    }
    family.types().forEach((name, type) -> names.put(type, name));
  }

  /** The stored form of an event, with nothing beside it. */
  public StoredEvent encode(UUID id, Object event) {
    return encode(id, event, NO_METADATA);
  }

  /**
   * The stored form of an event.
   *
   * @param metadata what is written beside it: a JSON object, or nothing
   */
  public StoredEvent encode(UUID id, Object event, byte[] metadata) {
    @Nullable String name = names.get(event.getClass());
    if (name == null) {
      throw new IllegalArgumentException(
          event.getClass().getName() + " has no stored name: give it one in its EventTypes");
    }
    try {
      return new StoredEvent(id, name, JSON.writeValueAsBytes(event), metadata);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(event.getClass().getName() + " is no JSON", e);
    }
  }

  /** Whether stored events can be of this class. */
  public boolean knows(Class<?> type) {
    return names.keySet().stream().anyMatch(type::isAssignableFrom);
  }

  /**
   * The events that a stored one is by now: one, unless upcasters made more of it.
   *
   * @throws UnknownEvent if this code can't read it
   */
  public List<Object> decode(StoredEvent stored) {
    return decode(stored.type(), stored.data());
  }

  /**
   * The records that a stored one is by now: one, or several of the same revision.
   *
   * @throws UnknownEvent if this code can't read it, or it is of another family
   */
  public <E> List<Recorded<E>> decode(Recorded<StoredEvent> stored, Class<E> family) {
    return decode(stored.event(), family).stream().map(event -> stored.<E>map(_ -> event)).toList();
  }

  /**
   * The events that a stored one is by now, as those of a family.
   *
   * @throws UnknownEvent if this code can't read it, or it is of another family
   */
  public <E> List<E> decode(StoredEvent stored, Class<E> family) {
    List<Object> events = decode(stored);
    if (!events.stream().allMatch(family::isInstance)) {
      throw new UnknownEvent(stored.type(), "it is no " + family.getSimpleName());
    }
    return events.stream().map(family::cast).toList();
  }

  /**
   * The events that stored data of a type is by now.
   *
   * @param type its stored name with its version
   * @param data its JSON
   * @throws UnknownEvent if this code can't read it
   */
  public List<Object> decode(String type, byte[] data) {
    @Nullable EventTypes<?> family = families.get(type);
    if (family == null) {
      throw new UnknownEvent(type, "neither a record nor an upcaster has this name and version");
    }
    try {
      @Nullable Class<?> current = family.types().get(type);
      return current == null
          ? upcast(family, new Shape(type, present(JSON.readValue(data, OBJECT))))
          : List.of(present(JSON.readValue(data, current)));
    } catch (JacksonException e) {
      throw new UnknownEvent(type, e.getOriginalMessage());
    } catch (IOException | RuntimeException e) {
      throw new UnknownEvent(type, String.valueOf(e.getMessage()));
    }
  }

  private static <T> T present(@Nullable T value) throws IOException {
    if (value == null) {
      throw new IOException("its data is null");
    }
    return value;
  }

  private static List<Object> upcast(EventTypes<?> family, Shape stored) {
    return family.upcast(stored).stream()
        .<Object>map(shape -> JSON.convertValue(shape.data(), family.types().get(shape.type())))
        .toList();
  }
}
