package dev.foldline.eventstoredb.connector;

import com.fasterxml.jackson.databind.JavaType;
import dev.foldline.core.Recorded;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.Json;
import dev.foldline.eventstoredb.StoredEvent;
import io.smallrye.reactive.messaging.MessageConverter;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * Gives consumers the form of event that they ask for: bytes, text, a {@link JsonObject}, an event
 * by its stored name where the application has an {@link EventCodec}, or else any class by JSON,
 * read strictly.
 *
 * <p>An event that can't be read fails its message, and so goes the way of the failure strategy.
 */
@ApplicationScoped
class StoredEventConverter implements MessageConverter {

  private final Instance<EventCodec> codec;

  @Inject
  StoredEventConverter(Instance<EventCodec> codec) {
    this.codec = codec;
  }

  @Override
  public boolean canConvert(Message<?> message, Type target) {
    return message.getMetadata(IncomingEvent.class).isPresent()
        && message.getPayload() instanceof Recorded<?>
        && !(target instanceof ParameterizedType generic && generic.getRawType() == Recorded.class)
        && target != Recorded.class;
  }

  @Override
  public Message<?> convert(Message<?> message, Type target) {
    StoredEvent event = message.getMetadata(IncomingEvent.class).orElseThrow().recorded().event();
    if (target == byte[].class) {
      return message.withPayload(event.data());
    }
    if (target == String.class) {
      return message.withPayload(new String(event.data(), StandardCharsets.UTF_8));
    }
    if (target == JsonObject.class) {
      return message.withPayload(new JsonObject(new String(event.data(), StandardCharsets.UTF_8)));
    }
    return message.withPayload(read(event, Json.FROM_OTHERS.constructType(target)));
  }

  private Object read(StoredEvent event, JavaType target) {
    if (codec.isResolvable() && codec.get().knows(target.getRawClass())) {
      return one(event, codec.get().decode(event, target.getRawClass()));
    }
    try {
      return Json.FROM_OTHERS.readValue(event.data(), target);
    } catch (IOException e) {
      throw new UnknownEvent(event.type(), String.valueOf(e.getMessage()));
    }
  }

  /** A message has one payload: who consumes what became several has to decode it. */
  private static Object one(StoredEvent stored, List<?> events) {
    if (events.size() != 1) {
      throw new UnknownEvent(
          stored.type(),
          "it is " + events.size() + " events by now: consume Recorded<StoredEvent>");
    }
    return events.getFirst();
  }
}
