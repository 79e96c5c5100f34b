package dev.foldline.bench;

import java.util.HashMap;
import java.util.Map;

/** What is printed of the lines that were measured. */
sealed interface CommandReport {

  /**
   * A line that was measured.
   *
   * @param called microseconds of CPU of the process that is called, for one call
   * @param store those of the store
   */
  record Row(CommandBenchmark.Line line, Load.Reached reached, double called, double store) {}

  /** Prints a line. */
  void add(Row row);

  /**
   * For people: with how many times as fast a line is as the naive one, and as echo and the plain
   * server if those were measured before.
   */
  final class Table implements CommandReport {

    /** The latest of each name. */
    private final Map<String, Row> rows = new HashMap<>();

    Table() {
      print(
          "",
          "a second",
          "p50 ms",
          "p99 ms",
          "CPU µs",
          "store's",
          "× naive",
          "× echo",
          "× plain",
          "asked");
    }

    @Override
    public void add(Row row) {
      boolean compared = !row.line.naive().isEmpty();
      Load.Reached reached = row.reached;
      print(
          row.line.what(),
          "%,.0f".formatted(reached.perSecond()),
          "%.2f".formatted(reached.millis(50)),
          "%.2f".formatted(reached.millis(99)),
          "%.0f".formatted(row.called),
          "%.0f".formatted(row.store),
          compared ? times(row, row.line.naive()) : "",
          compared ? times(row, "echo") : "",
          compared ? times(row, "plain") : "",
          row.line.asked());
      rows.put(row.line.name(), row);
    }

    private String times(Row row, String other) {
      Row measured = rows.get(other);
      return measured == null
          ? ""
          : "%.2f".formatted(row.reached.perSecond() / measured.reached.perSecond());
    }

    private static void print(Object... cells) {
      System.out.printf("%-44s %10s %8s %8s %8s %8s %8s %8s %8s %6s%n", cells);
    }
  }

  /** For programs: name, unit and value, with tabs between them. */
  final class Figures implements CommandReport {

    @Override
    public void add(Row row) {
      print(row, "calls/s", row.reached.perSecond());
      print(row, "p50 ms", row.reached.millis(50));
      print(row, "CPU µs", row.called);
      print(row, "store's CPU µs", row.store);
    }

    private static void print(Row row, String unit, double value) {
      System.out.printf("%s\t%s\t%.3f%n", row.line.name(), unit, value);
    }
  }
}
