package dev.foldline.redis;

import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Carries over once more all that was ever added to the rankings of a build: where a Redis has lost
 * its last writes, a ranking may lack what others count as carried over. It is done page by page;
 * of one thread at a time.
 */
public final class Sweep {

  private static final String START = "0";

  private final ReadModels models;
  private final Layout layout;
  private final CarryOver carryOver;
  private int partition;
  private String place = START;

  Sweep(ReadModels models, Layout layout, CarryOver carryOver) {
    this.models = models;
    this.layout = layout;
    this.carryOver = carryOver;
  }

  /** Whether all is done. */
  public boolean ended() {
    return partition == Layout.PARTITIONS;
  }

  /** Does the next page. Where it fails it may be done again. */
  public Uni<Void> next() {
    return models
        .send(
            List.of(
                new Command("HSCAN")
                    .arg(layout.sums(partition))
                    .arg(place)
                    .arg("COUNT")
                    .arg(Integer.toString(2 * CarryOver.PAGE)))) // a part has two halves
        .map(List::getFirst)
        .call(found -> carryOver.carryAgain(sums(found.get(1))))
        .invoke(found -> goOnAt(found.get(0).toString()))
        .replaceWithVoid();
  }

  /** Each part has a low half. */
  private static Set<String> sums(Response halves) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < halves.size(); i += 2) {
      String half = halves.get(i).toString();
      if (half.endsWith(":l")) {
        names.add(half.substring(0, half.length() - 2));
      }
    }
    return names;
  }

  private void goOnAt(String next) {
    place = next;
    if (next.equals(START)) {
      partition++;
    }
  }
}
