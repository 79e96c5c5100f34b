package dev.foldline.bench;

import org.jspecify.annotations.Nullable;

/** What is printed of the lines that were measured. */
sealed interface CommandReport {

  /**
   * A line that was measured.
   *
   * @param functions microseconds of CPU of the functions for one call
   * @param store those of the store
   */
  record Row(CommandBenchmark.Line line, Load.Reached reached, double functions, double store) {}

  /** Prints a line, with how it compares to the naive one, if there is one. */
  void add(Row row, @Nullable Row naive);

  /** For people. */
  final class Table implements CommandReport {

    Table() {
      print("", "a second", "p50 ms", "p99 ms", "CPU µs", "store's", "× naive", "asked");
    }

    @Override
    public void add(Row row, @Nullable Row naive) {
      Load.Reached reached = row.reached;
      print(
          row.line.what(),
          "%,.0f".formatted(reached.perSecond()),
          "%.2f".formatted(reached.millis(50)),
          "%.2f".formatted(reached.millis(99)),
          "%.0f".formatted(row.functions),
          "%.0f".formatted(row.store),
          naive == null ? "" : "%.2f".formatted(reached.perSecond() / naive.reached.perSecond()),
          row.line.asked());
    }

    private static void print(Object... cells) {
      System.out.printf("%-44s %10s %8s %8s %8s %8s %8s %6s%n", cells);
    }
  }

  /** For programs: name, unit and value, with tabs between them. */
  final class Figures implements CommandReport {

    @Override
    public void add(Row row, @Nullable Row naive) {
      print(row, "calls/s", row.reached.perSecond());
      print(row, "p50 ms", row.reached.millis(50));
      print(row, "CPU µs", row.functions);
      print(row, "store's CPU µs", row.store);
    }

    private static void print(Row row, String unit, double value) {
      System.out.printf("%s\t%s\t%.3f%n", row.line.name(), unit, value);
    }
  }
}
