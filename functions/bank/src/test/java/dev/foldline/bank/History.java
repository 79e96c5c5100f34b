package dev.foldline.bank;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/**
 * What callers of one account saw, and whether the account was always one account: whether there is
 * an order of all operations that keeps those apart that did not overlap, and in which each answer
 * is right. After Wing and Gong, <em>Testing and Verifying Concurrent Objects</em> (1993).
 */
final class History {

  /**
   * One operation.
   *
   * @param cents what it puts in; negative for what it takes out
   * @param answer the revision of the receipt, {@link #REFUSED} or {@link #UNKNOWN}
   */
  record Operation(long start, long end, long cents, long answer) {

    static final long REFUSED = -1;
    static final long UNKNOWN = -2;
  }

  /** The account after some operations, of which only the set matters, not the order. */
  private record Reached(BitSet done, long balance, long revision) {}

  private final ConcurrentLinkedQueue<Operation> operations = new ConcurrentLinkedQueue<>();

  /** Does an operation and notes when it began and ended. */
  void record(long cents, LongSupplier operation) {
    long start = System.nanoTime();
    long answer = operation.getAsLong();
    operations.add(new Operation(start, System.nanoTime(), cents, answer));
  }

  /** Whether there is such an order, from an account with this balance at this revision. */
  boolean isLinearizable(long balance, long revision) {
    return isLinearizable(List.copyOf(operations), balance, revision);
  }

  static boolean isLinearizable(List<Operation> operations, long balance, long revision) {
    return search(
        operations, new Reached(new BitSet(operations.size()), balance, revision), new HashSet<>());
  }

  private static boolean search(List<Operation> all, Reached at, Set<Reached> seen) {
    if (!seen.add(at)) {
      return false;
    }
    long firstEnd = Long.MAX_VALUE;
    boolean settled = true;
    for (int i = at.done().nextClearBit(0); i < all.size(); i = at.done().nextClearBit(i + 1)) {
      if (all.get(i).answer() != Operation.UNKNOWN) {
        settled = false;
        firstEnd = Math.min(firstEnd, all.get(i).end());
      }
    }
    if (settled) {
      return true; // what is unknown may not have happened
    }
    for (int i = at.done().nextClearBit(0); i < all.size(); i = at.done().nextClearBit(i + 1)) {
      Operation next = all.get(i);
      if (next.start() > firstEnd) {
        continue;
      }
      boolean covered = at.balance() + next.cents() >= 0;
      boolean right =
          next.answer() == Operation.REFUSED
              ? !covered
              : covered
                  && (next.answer() == Operation.UNKNOWN || next.answer() == at.revision() + 1);
      if (right && search(all, after(at, i, next, covered), seen)) {
        return true;
      }
    }
    return false;
  }

  private static Reached after(Reached at, int index, Operation operation, boolean covered) {
    BitSet done = (BitSet) at.done().clone();
    done.set(index);
    return covered
        ? new Reached(done, at.balance() + operation.cents(), at.revision() + 1)
        : new Reached(done, at.balance(), at.revision());
  }
}
