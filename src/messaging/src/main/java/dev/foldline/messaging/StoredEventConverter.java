package dev.foldline.messaging;

import com.fasterxml.jackson.databind.JavaType;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.events.Json;
import io.smallrye.reactive.messaging.MessageConverter;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * Gives consumers the form of event that they ask for: bytes, text, a {@link JsonObject}, an event
 * by its stored name where the application has an {@link EventCodec}, or else any class by JSON,
 * read strictly; each of them alone or with what is known of it, as a {@link Recorded}; and a list
 * of these.
 *
 * <p>An event that can't be read fails its message, and so goes the way of the failure strategy.
 */
@ApplicationScoped
class StoredEventConverter implements MessageConverter {

  private final Instance<EventCodec> codec;
  private final ConsumedTypes consumed;

  @Inject
  StoredEventConverter(Instance<EventCodec> codec, ConsumedTypes consumed) {
    this.codec = codec;
    this.consumed = consumed;
  }

  @Override
  public boolean canConvert(Message<?> message, Type target) {
    return message.getPayload() instanceof Undecoded;
  }

  @Override
  public Message<?> convert(Message<?> message, Type target) {
    Undecoded undecoded = (Undecoded) message.getPayload();
    JavaType type =
        Json.FROM_OTHERS.constructType(
            target instanceof Class<?> taken ? consumed.of(undecoded.channel(), taken) : target);
    return message.withPayload(payload(undecoded.events(), type));
  }

  private Object payload(List<Recorded<StoredEvent>> events, JavaType type) {
    if (isListOfRecorded(type) || events.size() != 1) {
      return list(events, type);
    }
    Recorded<StoredEvent> event = events.getFirst();
    return type.hasRawClass(Recorded.class)
        ? one(event.event(), recorded(event, type))
        : one(event.event(), forms(event.event(), type));
  }

  private static boolean isListOfRecorded(JavaType type) {
    return type.hasRawClass(List.class)
        && (type.getContentType().hasRawClass(Recorded.class)
            || type.getContentType().hasRawClass(Object.class));
  }

  private List<?> list(List<Recorded<StoredEvent>> events, JavaType list) {
    JavaType recorded = list.containedTypeOrUnknown(0);
    return events.stream().flatMap(event -> recorded(event, recorded).stream()).toList();
  }

  private List<Recorded<?>> recorded(Recorded<StoredEvent> event, JavaType type) {
    JavaType of = type.containedTypeOrUnknown(0);
    return of.hasRawClass(StoredEvent.class) || of.hasRawClass(Object.class)
        ? List.of(event)
        : forms(event.event(), of).stream().<Recorded<?>>map(form -> event.map(_ -> form)).toList();
  }

  /** What a stored event is in the form that is asked for; several if upcasters made them of it. */
  private List<?> forms(StoredEvent event, JavaType type) {
    if (type.hasRawClass(byte[].class)) {
      return List.of(event.data());
    }
    if (type.hasRawClass(String.class)) {
      return List.of(text(event));
    }
    if (type.hasRawClass(JsonObject.class)) {
      return List.of(new JsonObject(text(event)));
    }
    return codec.isResolvable() && codec.get().knows(type.getRawClass())
        ? events(event, type.getRawClass())
        : List.of(json(event, type));
  }

  private static String text(StoredEvent event) {
    return new String(event.data(), StandardCharsets.UTF_8);
  }

  private List<?> events(StoredEvent stored, Class<?> type) {
    List<?> events = codec.get().decode(stored).stream().filter(type::isInstance).toList();
    if (events.isEmpty()) {
      throw new UnknownEvent(stored.type(), "it is no " + type.getSimpleName());
    }
    return events;
  }

  private static Object json(StoredEvent event, JavaType type) {
    try {
      return Json.FROM_OTHERS.readValue(event.data(), type);
    } catch (IOException e) {
      throw new UnknownEvent(event.type(), String.valueOf(e.getMessage()));
    }
  }

  /** Who takes one at a time would be done with an event before it had all that it became. */
  private static Object one(StoredEvent stored, List<?> forms) {
    if (forms.size() != 1) {
      throw new UnknownEvent(
          stored.type(),
          "it is " + forms.size() + " events by now: take a List of Recorded, which has them all");
    }
    return forms.getFirst();
  }
}
