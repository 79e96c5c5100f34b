package dev.foldline.eventstoredb.connector;

import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.StoredEvent;
import java.util.AbstractList;
import java.util.List;

/** The payload of a batch: a list whose class tells of what. */
final class EventBatch extends AbstractList<Recorded<StoredEvent>> {

  private final List<Recorded<StoredEvent>> events;

  EventBatch(List<Recorded<StoredEvent>> events) {
    this.events = events;
  }

  @Override
  public Recorded<StoredEvent> get(int index) {
    return events.get(index);
  }

  @Override
  public int size() {
    return events.size();
  }
}
