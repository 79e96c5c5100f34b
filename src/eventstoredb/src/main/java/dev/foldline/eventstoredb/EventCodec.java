package dev.foldline.eventstoredb;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.foldline.core.EventTypes;
import dev.foldline.core.UnknownEvent;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Events to stored JSON and back, by their stable names.
 *
 * <p>Nothing is guessed: an unknown name, a field that the record does not have and one that it
 * misses are an {@link UnknownEvent}.
 */
public final class EventCodec {

  private static final byte[] NO_METADATA = {};
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModules(new JavaTimeModule(), new Jdk8Module())
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private final Map<String, Class<?>> types = new HashMap<>();
  private final Map<Class<?>, String> names = new HashMap<>();

  /**
   * @param families all event families of the application
   * @throws IllegalArgumentException if two of them share a stored name
   */
  public EventCodec(Collection<? extends EventTypes<?>> families) {
    families.forEach(this::add);
  }

  private <E> void add(EventTypes<E> family) {
    family
        .types()
        .forEach(
            (name, type) -> {
              if (types.put(name, type) != null) {
                throw new IllegalArgumentException("the stored name '" + name + "' is given twice");
              }
              names.put(type, name);
            });
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

  /**
   * The event in a stored form.
   *
   * @throws UnknownEvent if this code can't read it
   */
  public Object decode(StoredEvent stored) {
    @Nullable Class<?> type = types.get(stored.type());
    if (type == null) {
      throw new UnknownEvent(stored.type(), "no record has this name");
    }
    try {
      return JSON.readValue(stored.data(), type);
    } catch (JacksonException e) {
      throw new UnknownEvent(stored.type(), e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether stored events can be of this class. */
  public boolean knows(Class<?> type) {
    return names.keySet().stream().anyMatch(type::isAssignableFrom);
  }

  /**
   * The event in a stored form, as one of a family.
   *
   * @throws UnknownEvent if this code can't read it, or it is of another family
   */
  public <E> E decode(StoredEvent stored, Class<E> family) {
    Object event = decode(stored);
    if (!family.isInstance(event)) {
      throw new UnknownEvent(stored.type(), "it is no " + family.getSimpleName());
    }
    return family.cast(event);
  }
}
