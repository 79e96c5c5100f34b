package dev.foldline.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Measures the same several times, and prints a line of it. */
final class StoreTable {

  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final int STRETCHES = 5;
  private static final Duration STRETCH = Duration.ofSeconds(3);

  private final StoreProcess store;

  StoreTable(StoreProcess store) {
    this.store = store;
    print("", "a second", "best", "p50 ms", "p99 ms", "store's µs", "client's", "asked");
  }

  /** Events that came, and how fast. */
  record Events(long count, double perSecond) {

    /** Those that came since then, by {@link System#nanoTime}. */
    static Events since(long start, long count) {
      return new Events(count, count * 1e9 / (System.nanoTime() - start));
    }
  }

  /** Measures calls, so many at once, and answers what the median stretch reached. */
  Load.Reached calls(
      String what, int inFlight, Supplier<? extends CompletionStage<?>> call, String asked)
      throws Exception {
    Load.warmUp(inFlight, WARM_UP, call);
    return add(
        what,
        () -> {
          Cpu before = cpu();
          Load.Reached reached = Load.measure(inFlight, STRETCH, call);
          return new Stretch<>(
              reached,
              reached.perSecond(),
              "%.2f".formatted(reached.millis(50)),
              "%.2f".formatted(reached.millis(99)),
              cpu().since(before, reached.latencies().getTotalCount()));
        },
        asked);
  }

  /** Measures how fast events come. */
  void events(String what, Callable<Events> load, String asked) throws Exception {
    Events _ =
        add(
            what,
            () -> {
              Cpu before = cpu();
              Events reached = load.call();
              return new Stretch<>(
                  reached, reached.perSecond(), "", "", cpu().since(before, reached.count()));
            },
            asked);
  }

  /** One of several measurements of the same: what else runs on the machine slows some of them. */
  private record Stretch<T>(T reached, double perSecond, String p50, String p99, Cpu each) {}

  /** Prints the median stretch, and how fast the best was; answers what the median reached. */
  private static <T> T add(String what, Callable<Stretch<T>> measured, String asked)
      throws Exception {
    List<Stretch<T>> stretches = new ArrayList<>();
    for (int i = 0; i < STRETCHES; i++) {
      stretches.add(measured.call());
    }
    stretches.sort(Comparator.comparingDouble(Stretch::perSecond));
    Stretch<T> median = stretches.get(STRETCHES / 2);
    print(
        what,
        "%,.0f".formatted(median.perSecond()),
        "%,.0f".formatted(stretches.getLast().perSecond()),
        median.p50(),
        median.p99(),
        "%.0f".formatted(median.each().store()),
        "%.0f".formatted(median.each().client()),
        asked);
    return median.reached();
  }

  /** Microseconds of the processors' time. */
  private record Cpu(double store, double client) {
    Cpu since(Cpu before, long times) {
      return new Cpu((store - before.store) / times, (client - before.client) / times);
    }
  }

  private Cpu cpu() {
    Duration own = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    return new Cpu(store.cpu().toNanos() / 1e3, own.toNanos() / 1e3);
  }

  private static void print(Object... columns) {
    System.out.printf("%-62s %9s %9s %8s %8s %11s %9s   %s%n", columns);
  }
}
