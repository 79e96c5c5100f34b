package dev.foldline.redis;

import dev.foldline.core.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds the call of the script that writes documents of one partition, with their changes. */
final class ApplyCall {

  private static final long LOW = 0xFFFF_FFFFL;

  /** How many arguments a change has. */
  private static final int CHANGE = 5;

  private final Layout layout;
  private final int partition;
  private final List<String> keys = new ArrayList<>();
  private final Map<String, String> numbers = new HashMap<>();
  private final List<String> arguments = new ArrayList<>();

  private ApplyCall(Layout layout, int partition) {
    this.layout = layout;
    this.partition = partition;
    number(layout.documents(partition));
    number(layout.waiting(partition));
  }

  static ApplyCall of(List<? extends Documents.Entry> entries, Layout layout) {
    ApplyCall call = new ApplyCall(layout, entries.getFirst().partition());
    for (Documents.Entry entry : entries) {
      call.arguments.add(entry.field());
      call.arguments.add(entry.expected());
      call.arguments.add(entry.text());
      int at = call.arguments.size();
      entry.changes().forEach(call::add);
      call.arguments.add(at, Integer.toString((call.arguments.size() - at) / CHANGE));
    }
    return call;
  }

  Command command(Script script) {
    return new Command(script, keys, arguments);
  }

  private void add(Change change) {
    switch (change) {
      case Change.Add(var view, var field, var amount) ->
          add(layout.totals(partition, view), field, amount);
      case Change.Increase(var view, var member, var amount) -> {
        String sum = new Sum(view, member).name();
        add(layout.sums(partition), sum, amount);
        add("pend", layout.pending(partition), sum, CarryOver.tag(), "");
      }
      case Change.Rank(var view, var member, var score) -> put(view, member, Entries.digits(score));
      case Change.Index(var view, var member, var value, var order) ->
          put(view, member, Entries.under(value) + Entries.digits(order));
      case Change.Unrank(var view, var member) -> put(view, member, "");
      case Change.Unindex(var view, var member) -> put(view, member, "");
    }
  }

  private void add(String sums, String field, long amount) {
    add("add", sums, field, Long.toString(amount >> Integer.SIZE), Long.toString(amount & LOW));
  }

  private void put(String view, String member, String entry) {
    String scores = number(layout.scores(partition, view));
    add("put", layout.ranking(partition, view), member, entry, scores);
  }

  private void add(String kind, String key, String a, String b, String c) {
    arguments.addAll(List.of(kind, number(key), a, b, c));
  }

  /** The number by which the script knows a key. */
  private String number(String key) {
    return numbers.computeIfAbsent(
        key,
        _ -> {
          keys.add(key);
          return Integer.toString(keys.size());
        });
  }
}
