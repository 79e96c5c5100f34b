package dev.foldline.core.effects;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.Stored;
import java.util.List;

/**
 * Who is told what became of an activity of which nobody else is: a stream of its own for each,
 * which holds the outcome as a mark.
 *
 * @param key of the answer
 */
public record Untold(String key, Result result) {

  /** No stream holds one. */
  @Stored("nothing")
  public record Nothing() {}

  /** Its streams, which hold marks alone. */
  public static final Decider<Untold, Nothing, Nothing> DECIDER =
      new Decider<>(
          Category.of("foldline_performed", Nothing.class),
          Untold::key,
          new Nothing(),
          (untold, _) -> untold.decide(),
          (state, _) -> state);

  private List<Nothing> decide() {
    return switch (result) {
      case Result.Done _ -> List.of();
      case Result.Refused(_, var code) -> throw new Refused(code);
      case Result.Failed(_, var code) -> throw new Refused(code);
    };
  }
}
