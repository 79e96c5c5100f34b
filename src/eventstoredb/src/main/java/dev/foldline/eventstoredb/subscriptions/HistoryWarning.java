package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import org.jboss.logging.Logger;

/**
 * Warns, once, that a subscription which was only now begun is given what was there before it: what
 * its consumer does is done for all of that. Safe for use by many threads.
 */
public final class HistoryWarning {

  private static final Logger LOG = Logger.getLogger(HistoryWarning.class);
  private static final long NONE = -1;

  private final String subscription;
  private volatile long end = NONE;

  /**
   * @param subscription what people know it by
   */
  HistoryWarning(String subscription) {
    this.subscription = subscription;
  }

  /**
   * The subscription begins with the first event.
   *
   * @param last the position of the last event that there is, −1 where there is none
   */
  void endsAt(long last) {
    end = last;
  }

  /** It is given an event, the first one or another; no consumer is given marks. */
  void sees(long position, Recorded<StoredEvent> event) {
    if (end != NONE && !event.event().isMark()) {
      boolean old = position <= end;
      end = NONE;
      if (old) {
        LOG.warnf(
            "%s is new, and its consumer is given all that was written before, from event %d of %s"
                + " at %s on: if it sends commands or acts on others, it does so for all of that;"
                + " what is to begin with the events that come is configured with from=end, under"
                + " another name of its group",
            subscription, event.revision(), event.stream(), event.time());
      }
    }
  }
}
