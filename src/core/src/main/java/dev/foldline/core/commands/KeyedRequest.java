package dev.foldline.core.commands;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * A request that its caller may repeat, as it has an idempotency key. There is one of it for a
 * call, however many commands that leads to: on each stream they are told apart by their order.
 * Safe for use by many threads.
 */
public final class KeyedRequest {

  private final String key;
  private final byte[] asked;
  private final RequestMacs macs;
  private final String mac;

  /** Which places among the commands on a stream are taken, from 0. */
  private final Map<String, BitSet> taken = new HashMap<>();

  /**
   * @param asked what was asked, as it came in: a repeat asks the same, byte for byte
   */
  public KeyedRequest(String key, byte[] asked, RequestMacs macs) {
    this.key = key;
    this.asked = asked.clone();
    this.macs = macs;
    this.mac = macs.of(asked);
  }

  /** The idempotency key. */
  public String key() {
    return key;
  }

  /** What was asked, as it is stored: {@code id:mac}. */
  public String mac() {
    return mac;
  }

  /** Whether what was asked once may have been the same. */
  boolean mayBe(String stored) {
    return stored.equals(mac) || macs.mayBeOf(stored, asked);
  }

  /** The place of a command among those of the call on a stream. */
  public Place place(String stream) {
    synchronized (taken) {
      return new Place(taken.computeIfAbsent(stream, _ -> new BitSet()));
    }
  }

  /**
   * Where a command is among those of its call on its stream: its ordinal, which it takes each time
   * it is sent. The same command sent again has the same.
   */
  public final class Place {

    private static final int NONE = -1;

    private final BitSet others;
    private int ordinal = NONE;

    /** How many sends may have an effect under the ordinal, or had one. */
    private int sends;

    private Place(BitSet others) {
      this.others = others;
    }

    /** The ordinal it had before, if nobody took that meanwhile; else the first that is free. */
    public int take() {
      synchronized (taken) {
        if (sends++ == 0 && (ordinal == NONE || others.get(ordinal))) {
          ordinal = others.nextClearBit(0);
        }
        others.set(ordinal);
        return ordinal;
      }
    }

    /** A send failed in a way that is no answer to its command: who tries again takes its place. */
    public void giveBack() {
      synchronized (taken) {
        if (--sends == 0) {
          others.clear(ordinal);
        }
      }
    }

    /** A send was refused: who tries again is another command. */
    public void spend() {
      synchronized (taken) {
        if (--sends == 0) {
          ordinal = NONE;
        }
      }
    }
  }
}
