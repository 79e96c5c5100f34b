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
  private static final int PAGE_EVENTS = 256;
  private static final int PAGE_BYTES = 1 << 20;
  private static final long RETRY_MILLIS = 100;
  private static final long PAUSE_MILLIS = 5_000;

  private final EventLog log;
  private final Semaphore commits = new Semaphore(1);
  private final EventLog.Subscription subscription;
  private final Thread thread;

  public SystemProjections(EventLog log) {
    this.log = log;
    subscription = log.onCommit(_ -> commits.release());
    thread = Thread.ofPlatform().name("foldline-projections").daemon().start(this::run);
  }

  private void run() {
    try {
      long position = log.read(SystemProjections::lastLinked).join();
      while (!Thread.interrupted()) {
        commits.acquire();
        commits.drainPermits();
        position = catchUp(position);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (CompletionException e) {
      if (!Thread.currentThread().isInterrupted()) {
        LOG.error("The system projections have stopped", e);
      }
    }
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

  private long catchUp(long position) throws InterruptedException {
    long done = position;
    while (true) {
      try {
        List<LogEvent> events = after(done);
        if (events.isEmpty()) {
          return done;
        }
        List<Addition> links =
            events.stream().flatMap(event -> LinkRules.links(event).stream()).toList();
        if (links.isEmpty() || write(links)) {
          done = events.getLast().position();
          continue;
        }
      } catch (CompletionException e) {
        LOG.warn("The system projections wait for a log that fails", e);
        Thread.sleep(PAUSE_MILLIS);
      }
      Thread.sleep(RETRY_MILLIS);
    }
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
