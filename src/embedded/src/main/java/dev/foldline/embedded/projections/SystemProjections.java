package dev.foldline.embedded.projections;

import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.EventLog.Addition;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.Snapshot;
import dev.foldline.embedded.log.WriteResult;
import dev.foldline.embedded.log.WriteResult.Written;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Follows the log on a thread of its own and writes links behind it. All links of a page of events
 * are written as one, and each names its source's position, so the last link in the log says where
 * to go on after a crash: nothing is left out, nothing is written twice, and there is no checkpoint
 * to keep.
 */
public final class SystemProjections {
  private static final Logger LOG = Logger.getLogger(SystemProjections.class);
  private static final long UNKNOWN = -1;
  private static final int PAGE_EVENTS = 256;
  private static final int PAGE_BYTES = 1 << 20;
  private static final long RETRY_MILLIS = 100;
  private static final long PAUSE_MILLIS = 2_000;

  private final EventLog log;
  private final Semaphore commits = new Semaphore(0);
  private final EventLog.Subscription subscription;
  private final Thread thread;

  public SystemProjections(EventLog log) {
    this.log = log;
    subscription = log.onCommit(_ -> commits.release());
    thread = Thread.ofPlatform().name("foldline-projections").daemon().start(this::run);
  }

  private void run() {
    long position = UNKNOWN;
    try {
      while (!Thread.interrupted()) {
        try {
          position = position == UNKNOWN ? lastLinked() : linkAfter(position);
        } catch (CompletionException e) {
          LOG.warn("The system projections wait for a log that fails", e);
          Thread.sleep(PAUSE_MILLIS);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private long lastLinked() {
    return log.read(SystemProjections::lastLinked).join();
  }

  private static long lastLinked(Snapshot snapshot) {
    long before = Long.MAX_VALUE;
    while (true) {
      List<LogEvent> events = snapshot.allBackwards(before, PAGE_EVENTS, PAGE_BYTES);
      for (LogEvent event : events) {
        OptionalLong source = LinkRules.source(event);
        if (source.isPresent()) {
          return source.getAsLong();
        }
      }
      if (events.isEmpty()) {
        return 0;
      }
      before = events.getLast().position();
    }
  }

  /** Links the next page of events, or waits for one; answers how far all is linked. */
  private long linkAfter(long position) throws InterruptedException {
    List<LogEvent> events = after(position);
    if (events.isEmpty()) {
      commits.acquire();
      commits.drainPermits();
      return position;
    }
    List<Addition> links =
        events.stream().flatMap(event -> LinkRules.links(event).stream()).toList();
    if (links.isEmpty() || write(links)) {
      return events.getLast().position();
    }
    Thread.sleep(RETRY_MILLIS);
    return position;
  }

  private List<LogEvent> after(long position) {
    List<LogEvent> recent = log.tail(position, PAGE_EVENTS);
    return recent != null
        ? recent
        : log.read(snapshot -> snapshot.allForwards(position, PAGE_EVENTS, PAGE_BYTES)).join();
  }

  private boolean write(List<Addition> links) {
    WriteResult result = log.appendAll(links).join();
    return result instanceof Written;
  }

  /** Stops where it is; what is not linked yet will be after the next start. */
  public void close() throws InterruptedException {
    subscription.close();
    thread.interrupt();
    thread.join();
  }
}
