package dev.foldline.quarkus.deployment;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the event loops of this process wait for something while it is open, however shortly, as
 * the flight recorder has it. A lock that another thread has for a moment does not count.
 */
final class EventLoopWaits implements AutoCloseable {

  private static final List<String> LOCKS =
      Stream.of(ReentrantLock.class, ReentrantReadWriteLock.class).map(Class::getName).toList();

  private final RecordingStream recording = new RecordingStream();
  private final Queue<String> waits = new ConcurrentLinkedQueue<>();

  EventLoopWaits() {
    for (String wait : List.of("jdk.ThreadPark", "jdk.ThreadSleep", "jdk.JavaMonitorWait")) {
      recording.enable(wait).withThreshold(Duration.ZERO).withStackTrace();
      recording.onEvent(wait, this::note);
    }
    recording.startAsync();
  }

  private void note(RecordedEvent wait) {
    @Nullable RecordedThread thread = wait.getThread();
    if (thread != null
        && String.valueOf(thread.getJavaName()).contains("eventloop")
        && !isForLock(wait)) {
      waits.add(describe(wait));
    }
  }

  private static boolean isForLock(RecordedEvent wait) {
    return wait.hasField("parkedClass")
        && wait.getClass("parkedClass") != null
        && LOCKS.stream().anyMatch(wait.getClass("parkedClass").getName()::startsWith);
  }

  private static String describe(RecordedEvent wait) {
    return wait.getStackTrace() == null
        ? wait.toString()
        : wait.getStackTrace().getFrames().stream()
            .map(frame -> frame.getMethod().getType().getName() + "." + frame.getMethod().getName())
            .collect(Collectors.joining("\n  at ", wait.getEventType().getName() + "\n  at ", ""));
  }

  /** Where they waited, with the calls that led there; then nothing more is recorded. */
  List<String> end() {
    recording.stop();
    return List.copyOf(waits);
  }

  @Override
  public void close() {
    recording.close();
  }
}
