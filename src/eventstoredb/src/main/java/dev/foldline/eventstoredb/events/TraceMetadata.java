package dev.foldline.eventstoredb.events;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the trace that an event or a command belongs to in its metadata. */
public enum TraceMetadata implements TextMapGetter<Map<String, ?>> {
  GETTER;

  @Override
  public Iterable<String> keys(Map<String, ?> metadata) {
    return metadata.keySet();
  }

  @Override
  public @Nullable String get(@Nullable Map<String, ?> metadata, String key) {
    return metadata == null ? null : Objects.toString(metadata.get(key), null);
  }
}
