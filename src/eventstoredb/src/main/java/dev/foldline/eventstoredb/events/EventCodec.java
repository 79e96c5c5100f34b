package dev.foldline.eventstoredb.events;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.foldline.core.Category;
import dev.foldline.core.Recorded;
import dev.foldline.core.Shape;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Events to stored JSON and back, by their stable names.
 *
 * <p>Nothing is encoded that would not come back equal. What was stored in an older shape comes
 * back as what its upcasters make of it, which may be several events. Nothing is guessed: an
 * unknown name or version, a field that the record does not have and one that it misses, a null, a
 * number or a text where another type is wanted are an {@link UnknownEvent}.
 */
public final class EventCodec {

  private static final byte[] NO_METADATA = {};
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  /** By every stored name and version that can be read. */
  private final Map<String, Category<?>> categories = new HashMap<>();

  private final Map<Class<?>, Type> types = new HashMap<>();
  private final Map<String, ObjectReader> readers = new HashMap<>();

  /** How the events of one record are stored today. */
  private record Type(String name, ObjectWriter writer, ObjectReader reader) {}

  /**
   * An event as it will be stored.
   *
   * @param event as it will come back
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way; nobody compares or changes them
  public record Encoded<E>(String type, byte[] data, E event) {

    public StoredEvent stored(UUID id, byte[] metadata) {
      return new StoredEvent(id, type, data, metadata);
    }
  }

  /**
   * @param categories all of the application
   * @throws IllegalArgumentException if two of them share a stored name, or a record holds what
   *     can't be stored and read again
   */
  public EventCodec(Collection<? extends Category<?>> categories) {
    categories.forEach(this::add);
  }

  private void add(Category<?> category) {
    Storable.check(category);
    for (String name : category.names()) {
      @Nullable Category<?> other = categories.put(name, category);
      if (other != null) {
        throw new IllegalArgumentException(
            "the stored name '%s' is given twice, in the categories %s and %s"
                .formatted(name, other, category));
      }
    }
    category
        .types()
        .forEach(
            (name, record) -> {
              ObjectReader reader = Json.MAPPER.readerFor(record);
              readers.put(name, reader);
              types.put(record, new Type(name, Json.MAPPER.writerFor(record), reader));
            });
  }

  /**
   * The stored form of an event, with nothing beside it.
   *
   * @throws IllegalArgumentException naming what would not come back from it as it is
   */
  public StoredEvent encode(UUID id, Object event) {
    return encode(event).stored(id, NO_METADATA);
  }

  /**
   * The stored form of an event, which was read again to see that it can be.
   *
   * @throws IllegalArgumentException naming what would not come back from it as it is
   */
  public <E> Encoded<E> encode(E event) {
    @Nullable Type type = types.get(event.getClass());
    if (type == null) {
      throw new IllegalArgumentException(
          event.getClass().getName()
              + " is of no category that is known: its jar has to be indexed, or its category to be"
              + " handed over");
    }
    try {
      byte[] data = type.writer().writeValueAsBytes(event);
      E read = type.reader().readValue(data);
      if (!Difference.same(event, read)) {
        throw unstorable(
            type, where(Difference.between(event, read)) + " would not come back as it is", null);
      }
      return new Encoded<>(type.name(), data, read);
    } catch (JsonMappingException e) {
      throw unstorable(type, where(Json.path(e)) + " would not come back", e);
    } catch (IOException e) {
      throw unstorable(type, "it would not come back: " + e.getMessage(), e);
    }
  }

  private static String where(String path) {
    return path.isEmpty() ? "it" : path;
  }

  private static IllegalArgumentException unstorable(
      Type type, String why, @Nullable Exception cause) {
    return new IllegalArgumentException(type.name() + " can't be stored: " + why, cause);
  }

  /** Whether stored events can be of this class. */
  public boolean knows(Class<?> type) {
    return types.keySet().stream().anyMatch(type::isAssignableFrom);
  }

  /** Whether stored events of this name and version can be read. */
  public boolean knows(String type) {
    return categories.containsKey(type);
  }

  /**
   * The names under which events of this name are stored, in each of its versions; the name alone
   * where no category has it.
   */
  public Set<String> versions(String name) {
    @Nullable Category<?> category = categories.get(name);
    return category == null ? Set.of(name) : category.versions(name);
  }

  /**
   * The events that a stored one is by now: one, unless upcasters made more of it.
   *
   * @throws UnknownEvent if this code can't read it
   */
  public List<Object> decode(StoredEvent stored) {
    EventMetadata.check(stored);
    return decode(stored.type(), stored.data());
  }

  /**
   * The records that a stored one is by now: one, or several of the same revision.
   *
   * @throws UnknownEvent if this code can't read it, or it is of another category
   */
  public <E> List<Recorded<E>> decode(Recorded<StoredEvent> stored, Category<E> category) {
    EventMetadata.check(stored.event());
    return decode(stored.event().type(), stored.event().data(), category).stream()
        .map(event -> stored.<E>map(_ -> event))
        .toList();
  }

  /**
   * The events that stored data of a type is by now, as those of a category.
   *
   * @throws UnknownEvent if this code can't read it, or it is of another category
   */
  public <E> List<E> decode(String type, byte[] data, Category<E> category) {
    List<Object> events = decode(type, data);
    for (Object event : events) {
      if (!category.family().isInstance(event)) {
        throw new UnknownEvent(type, "it is no event of the category " + category);
      }
    }
    @SuppressWarnings("unchecked") // each of them was just looked at
    List<E> own = (List<E>) events;
    return own;
  }

  /**
   * The events that stored data of a type is by now.
   *
   * @param type its stored name with its version
   * @param data its JSON
   * @throws UnknownEvent if this code can't read it
   */
  public List<Object> decode(String type, byte[] data) {
    @Nullable Category<?> category = categories.get(type);
    if (category == null) {
      throw new UnknownEvent(type, "neither a record nor an upcaster has this name and version");
    }
    try {
      @Nullable ObjectReader reader = readers.get(type);
      return reader == null
          ? upcast(category, new Shape(type, present(Json.MAPPER.readValue(data, OBJECT))))
          : List.of(present(reader.<Object>readValue(data)));
    } catch (JsonMappingException e) {
      throw new UnknownEvent(type, where(Json.path(e)) + ": " + e.getOriginalMessage());
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

  private static List<Object> upcast(Category<?> category, Shape stored) {
    return category.upcast(stored).stream()
        .<Object>map(
            shape -> Json.MAPPER.convertValue(shape.data(), category.types().get(shape.type())))
        .toList();
  }
}
