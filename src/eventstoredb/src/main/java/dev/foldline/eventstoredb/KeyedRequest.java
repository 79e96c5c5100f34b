package dev.foldline.eventstoredb;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

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
  private final ConcurrentMap<String, Integer> commands = new ConcurrentHashMap<>();

  /**
   * @param asked what was asked, as it came in: a repeat asks the same, byte for byte
   */
  public KeyedRequest(String key, byte[] asked, RequestMacs macs) {
    this.key = key;
    this.asked = asked.clone();
    this.macs = macs;
    this.mac = macs.of(asked);
  }

  public String key() {
    return key;
  }

  /** What was asked, as it is stored: {@code id:mac}. */
  String mac() {
    return mac;
  }

  /** Whether what was asked once may have been the same. */
  boolean mayBe(String stored) {
    return stored.equals(mac) || macs.mayBeOf(stored, asked);
  }

  /** Which command of the call on a stream the next one is, from 0. */
  int next(String stream) {
    return commands.merge(stream, 1, Integer::sum) - 1;
  }
}
