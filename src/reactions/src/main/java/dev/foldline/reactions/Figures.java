package dev.foldline.reactions;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What an instance did for a reaction. Safe for use by many threads. */
public final class Figures {

  private final LongAdder done = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder waiting = new LongAdder();
  private final LongAdder retried = new LongAdder();
  private final LongAdder parked = new LongAdder();
  private final LongAdder readBack = new LongAdder();
  private final LongAdder reminded = new LongAdder();
  private final AtomicLong differed = new AtomicLong();

  void addDone() {
    done.increment();
  }

  void addRefused() {
    refused.increment();
  }

  void addFailed() {
    failed.increment();
  }

  void addWaiting() {
    waiting.increment();
  }

  void addRetried() {
    retried.increment();
  }

  void addParked() {
    parked.increment();
  }

  void addReadBack(long events) {
    readBack.add(events);
  }

  void addReminded(long reminders) {
    reminded.add(reminders);
  }

  /** Whether it is the first. */
  boolean addDiffered() {
    return differed.getAndIncrement() == 0;
  }

  /** How many executions found or made an effect done. */
  public long done() {
    return done.sum();
  }

  /** How many executions found or had an effect refused. */
  public long refused() {
    return refused.sum();
  }

  /** How many effects were given up. */
  public long failed() {
    return failed.sum();
  }

  /** How many events were set aside as waiting for another system. */
  public long waiting() {
    return waiting.sum();
  }

  /** How often an event was taken up again, by this instance or after another delivery. */
  public long retried() {
    return retried.sum();
  }

  /** How many events were parked for a person. */
  public long parked() {
    return parked.sum();
  }

  /** How many executions found what another command of their effect had come to. */
  public long differed() {
    return differed.get();
  }

  /** How many events of targets were read back. */
  public long readBack() {
    return readBack.sum();
  }

  /** How many reminders were due, and are over. */
  public long reminded() {
    return reminded.sum();
  }
}
